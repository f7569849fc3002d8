"""Go or no-go for one date: can everything planned for it go out as it stands?

One line a check, with the remedy. A problem means that something of that day will not go out, or
will go out wrong; a warning is something to know, and no reason to stop.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from clarion.accounts import Account, account, alike, ends_before, some, stored
from clarion.doctor import Check, account_checks, examine
from clarion.forecast import forecast
from clarion.outlook import BACKLOG_COMMAND, Around, look_around, on_hold, stopped
from clarion.pace import late
from clarion.rehearsal import last_record
from clarion.report import readable, reason, span
from clarion.wiring import Studio
from publishers.port import Capabilities
from scheduler.backlog import waiting
from scheduler.delivery import UNDECIDED, Delivery, Entry, State
from scheduler.ledger import Filter, Stop
from scheduler.post import compose, touched
from scheduler.rules.leave import Switches, covers, held_now
from scheduler.zones import tzdata_version

_COMING = frozenset({State.APPROVED, State.RETRY_WAIT, State.CLAIMED, State.PLANNED})
_LEAST_DISK, _GOOD_DISK = 200 * 1024**2, 2 * 1024**3
_NAMED = 5
_ALWAYS = ("clock", "time zones")
"""What is told of the machine even if nothing is wrong with it."""
_OWN = ("disk", "ledger", "accounts", "figures")
"""What a date has checks of its own for."""
_REMEDIES = {
    "translations": "; have it reviewed and marked so, then plan and approve again",
    "helplines": "; enter a verified line in referrals.yaml, then plan and approve again",
    "consent": "; use another picture, or ask for a new consent",
    "figures": "; look at its source and renew it in figures.yaml",
}
"""What follows on what the gate says; of the rest it says so itself."""


@dataclass(frozen=True)
class Verdict:
    """What all checks together say."""

    day: date
    checks: tuple[Check, ...]

    @property
    def go(self) -> bool:
        """Whether nothing stands against it."""
        return not self.count("problem")

    def count(self, verdict: str) -> int:
        """How many checks came out so."""
        return sum(check.verdict == verdict for check in self.checks)

    def __str__(self) -> str:
        word = "GO" if self.go else "NO-GO"
        problems, warnings = self.count("problem"), self.count("warning")
        return (
            f"{word} for {self.day}: {problems} problem{'s' * (problems != 1)}, "
            f"{warnings} warning{'s' * (warnings != 1)}, {self.count('ok')} checks passed"
        )


def judge(studio: Studio, day: date, now: datetime, societies: Sequence[str] = ()) -> Verdict:
    """Everything that belongs to the occurrence of an awareness day on this date.

    ``societies`` narrows it. Nothing is posted, and nothing is written into the ledger.
    """
    entries = [
        entry
        for entry in studio.ledger.entries(Filter(occurrence=day))
        if entry.state is not State.CANCELLED
        and (not societies or entry.delivery.society in societies)
    ]
    whole = not societies
    if not entries:
        text = f"nothing is planned for {day}: clarion plan --for {day}"
        return Verdict(day, (Check("plan", "problem", text),))
    machine = examine(studio.settings)
    others = [
        check for check in machine if check.verdict != "ok" and check.name not in (*_ALWAYS, *_OWN)
    ]
    always = [check for check in machine if check.name in _ALWAYS]
    checks = _Day(studio, day, now, entries, whole=whole).checks()
    return Verdict(day, (*checks, *always, *others))


class _Day:
    """The checks of one date."""

    def __init__(
        self, studio: Studio, day: date, now: datetime, entries: list[Entry], *, whole: bool
    ) -> None:
        self._studio, self._day, self._now, self._whole = studio, day, now, whole
        self._entries = entries
        self._coming = [entry for entry in entries if entry.state in _COMING]

    def checks(self) -> Iterator[Check]:
        looks: tuple[Callable[[], Iterator[Check]], ...] = (
            self._plan, self._approvals, self._held, self._people, self._on_the_day,
            self._pictures, self._texts, self._accounts, self._pace, self._backlog, self._stops,
            self._holds, self._rehearsed, self._zones, self._disk, self._running,
        )  # fmt: skip
        for look in looks:
            yield from look()

    @cached_property
    def _around(self) -> Around:
        return look_around(self._studio, self._now)

    # --- the plan and what people said to it ---

    def _plan(self) -> Iterator[Check]:
        societies = {entry.delivery.society for entry in self._entries}
        states = Counter(entry.state for entry in self._entries)
        out = f", {states[State.POSTED]} of them posted" if states[State.POSTED] else ""
        text = f"{len(self._entries)} deliveries of {some(societies)}{out}"
        yield Check("plan", "ok", text)
        if states[State.MISSED]:
            text = f"{states[State.MISSED]} were missed; they can only be planned for another date"
            yield Check("plan", "warning", text)

    def _approvals(self) -> Iterator[Check]:
        found = self._in(State.PLANNED)
        if not found:
            count = len(self._coming)
            text = f"{count} approved, as they are now" if count else "nothing waits for one"
            yield Check("approvals", "ok", text)
            return
        text = f"{len(found)} are not approved ({_societies(found)}): clarion approve --as ROLE"
        yield Check("approvals", "problem", text)

    def _held(self) -> Iterator[Check]:
        for why, count in Counter(reason(entry) for entry in self._in(State.HELD)).most_common():
            text = f"{count} cannot go out: {why}; mend it, then 'clarion plan' and approve"
            yield Check("held", "problem", text)

    def _people(self) -> Iterator[Check]:
        found = self._in(State.NEEDS_HUMAN, State.FAILED)
        for entry in found[:_NAMED]:
            why = readable(reason(entry), entry.delivery.zone)
            text = f"{_name(entry)}: {why}: clarion explain {entry.id[:8]}"
            yield Check("people", "problem", text)
        if len(found) > _NAMED:
            text = f"{len(found) - _NAMED} more wait for a person: clarion status"
            yield Check("people", "problem", text)
        undecided = [entry for entry in self._entries if entry.state in UNDECIDED]
        if undecided:
            text = f"{len(undecided)} are on their way, or are being looked up"
            yield Check("people", "warning", text)

    # --- what they say and show ---

    def _on_the_day(self) -> Iterator[Check]:
        found = forecast(self._studio.press, self._coming)
        bad: dict[str, list[str]] = {}
        for why, count in found.most_common():
            name = about(why)
            text = f"{count} would be held on the day: {why}{_REMEDIES.get(name, '')}"
            bad.setdefault(name, []).append(text)
        good = {
            "translations": "reviewed, every one that is used",
            "helplines": "every line that is shown is verified for its day",
            "figures": "every figure is within its review date on its day",
            "risk": "every campaign's risk note is assessed",
            "consent": "everybody who is shown or told of agreed, for that day and country",
            "content": "campaign, texts and pictures are as they were approved",
        }
        for name, words in good.items():
            for text in bad.get(name, []):
                yield Check(name, "problem", text)
            if name not in bad:
                yield Check(name, "ok", words)

    def _pictures(self) -> Iterator[Check]:
        assets = self._studio.settings.assets
        contents = [entry.delivery.content for entry in self._coming]
        found = dict.fromkeys(
            why for content in contents if content for why in touched(content, assets)
        )
        yield from _each("pictures", list(found), "there, and untouched since they were planned")

    def _texts(self) -> Iterator[Check]:
        found: Counter[str] = Counter()
        for entry in self._coming:
            publisher = self._publishers.get(entry.delivery.account)
            content = entry.delivery.content
            if content is None or publisher is None or publisher.made is None:
                continue
            post = compose(entry.delivery, content, self._studio.settings.assets)
            found.update(finding.text for finding in publisher.made.validate(post))
        lines = [f"{count}: {text}" for text, count in found.most_common()]
        yield from _each("texts", lines, "every text fits its channel, every picture has alt text")

    # --- where they go ---

    def _accounts(self) -> Iterator[Check]:
        accounts = list(self._publishers.values())
        with ThreadPoolExecutor(self._studio.settings.slots) as pool:
            asked = list(zip(accounts, pool.map(Account.trouble, accounts), strict=True))
        silent = [(one.name, f"{why}; ask again later") for one, (why, sure) in asked if not sure]
        bad = {one.name: why for one, (why, sure) in asked if why and sure}
        yield from (Check("accounts", "problem", line) for line in alike(bad.items()))
        yield from (Check("accounts", "warning", line) for line in alike(silent))
        ending = list(self._ending(bad))
        yield from ending
        if not bad and not any(check.verdict == "problem" for check in ending):
            yield Check("accounts", "ok", f"{len(accounts)} asked, {len(silent)} did not answer")

    def _ending(self, bad: Collection[str]) -> Iterator[Check]:
        """Accounts whose secrets do not serve until their last post of the date is out; not those
        that are bad already."""
        for one in stored(self._studio, self._now):
            if one.account in bad:
                continue
            last = max(
                (e.delivery.due_at for e in self._coming if e.delivery.account == one.account),
                default=None,
            )
            if last is None:
                continue
            why, sure = ends_before(one, last, self._now)
            if why:
                yield Check("accounts", "problem" if sure else "warning", f"{one.account}: {why}")
            else:
                yield from (check for check in account_checks([one]) if check.verdict != "ok")

    @cached_property
    def _publishers(self) -> dict[str, Account]:
        made: dict[str, Account] = {}
        for entry in self._coming:
            if entry.delivery.account not in made:
                made[entry.delivery.account] = account(self._studio, entry.delivery)
        return made

    def _pace(self) -> Iterator[Check]:
        found = late(self._coming, self._capabilities)
        for one in found[:_NAMED]:
            yield Check("pace", "problem" if one.missed else "warning", str(one))
        if not found:
            yield Check("pace", "ok", "no account is sent more at once than its platform allows")

    def _capabilities(self, delivery: Delivery) -> Capabilities | None:
        made = self._publishers[delivery.account].made
        return made.capabilities() if made else None

    def _backlog(self) -> Iterator[Check]:
        late = waiting(self._studio.ledger)
        if late:
            text = f"{len(late)} fell due while nothing ran: {BACKLOG_COMMAND}"
            yield Check("backlog", "problem", text)

    def _stops(self) -> Iterator[Check]:
        stops = [stop for stop in self._around.switched_off if self._covered(stop)]
        for stop in stops:
            words, command = stopped(stop)
            yield Check("stops", "problem", f"{words}: {command}")
        if not stops:
            yield Check("stops", "ok", "none that covers any of it")

    def _covered(self, stop: Stop) -> bool:
        return any(covers(stop, entry.delivery) for entry in self._coming)

    def _holds(self) -> Iterator[Check]:
        switches = Switches(holds={(one.scope, one.value): one for one in self._around.holds})
        found = {}
        for entry in self._coming:
            at = max(entry.delivery.due_at, self._now)
            if hold := held_now(entry.delivery, switches, at):
                found[hold.scope, hold.value] = on_hold(hold)
        for words, command in found.values():
            yield Check("holds", "problem", f"{words}: {command}")
        if not found:
            yield Check("holds", "ok", "no account is on hold then")

    def _rehearsed(self) -> Iterator[Check]:
        again = f"clarion rehearse --for {self._day}"
        record = last_record(self._studio.settings.rehearsals)
        if not self._whole:
            return  # what is kept is about whole days
        if record is None or not record.covers(self._day, self._entries):
            words = "it has not been rehearsed" + (" as it is now" if record else "")
            yield Check("rehearsal", "warning", f"{words}: {again}")
        elif not record.clean:
            text = f"the last one, {record.at:%Y-%m-%d %H:%M} UTC, did not pass: {again}"
            yield Check("rehearsal", "problem", text)
        else:
            yield Check("rehearsal", "ok", f"passed {record.at:%Y-%m-%d %H:%M} UTC, as it is now")

    # --- the machine ---

    def _zones(self) -> Iterator[Check]:
        others = {entry.delivery.tzdata for entry in self._coming} - {tzdata_version()}
        if others:
            text = f"planned with zone data {some(others)}: the next 'clarion run' checks the times"
            yield Check("time zones", "warning", text)

    def _disk(self) -> Iterator[Check]:
        place = self._studio.settings.workspace
        free = shutil.disk_usage(place).free
        text = f"{free / 1024**3:.1f} GiB free at {place}"
        if free < _LEAST_DISK:
            yield Check("disk", "problem", f"{text}; free some space")
        else:
            good = free > _GOOD_DISK
            more = "" if good else "; 2 are comfortable"
            yield Check("disk", "ok" if good else "warning", text + more)

    def _running(self) -> Iterator[Check]:
        at_work, first = self._around.at_work, min(
            (entry.delivery.due_at for entry in self._coming), default=None
        )  # fmt: skip
        if at_work.running or first is None:
            yield Check("running", "ok", at_work.words)
            return
        left = first - self._now
        soon = f"; the first is due in {span(left)}" if left > timedelta() else "; it is due"
        yield Check("running", "warning", at_work.words + soon)

    def _in(self, *states: State) -> list[Entry]:
        return [entry for entry in self._entries if entry.state in states]


def about(why: str) -> str:
    """Which check a reason of the gate belongs to."""
    if why.startswith("catalogue "):
        return "translations"
    for start, name in (("the risk note ", "risk"), ("the consent ", "consent")):
        if why.startswith(start):
            return name
    if "helpline" in why:
        return "helplines"
    return "figures" if why.startswith("figure ") else "content"


def _each(name: str, problems: Sequence[str], good: str) -> Iterator[Check]:
    for text in problems[:_NAMED]:
        yield Check(name, "problem", text)
    if len(problems) > _NAMED:
        yield Check(name, "problem", f"and {len(problems) - _NAMED} more")
    if not problems:
        yield Check(name, "ok", good)


def _name(entry: Entry) -> str:
    return f"{entry.delivery.society} {entry.delivery.card}"


def _societies(entries: Iterable[Entry]) -> str:
    return some({entry.delivery.society for entry in entries})
