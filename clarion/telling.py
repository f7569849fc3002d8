"""What the journal says about a delivery, in plain words: one line an event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from clarion.report import naming, readable, when
from scheduler.delivery import Delivery, Entry, State
from scheduler.ledger import HoldScope, JournalLine, Scope, Stop, Why
from scheduler.rules.leave import covers

_TAKEN_UP = ("claimed", "reconciling")
_SWITCHES = ("stop", "resume", "hold", "release")
_ACCOUNTS = ("account-added", "account-removed")
_TOO_LATE = "too-late-"


class Told(NamedTuple):
    """An event in words."""

    at: datetime
    words: str


@dataclass(frozen=True)
class Scene:
    """One line of the journal, with what came before it and after it in the same life."""

    entry: Entry
    line: JournalLine
    before: Sequence[JournalLine]
    after: Sequence[JournalLine]

    @property
    def by(self) -> str:
        return self.line.actor

    @property
    def state(self) -> str:
        return self.line.state

    @property
    def detail(self) -> str:
        return self._readable(self.line.detail)

    @property
    def why(self) -> str:
        """The detail, in brackets, where there is one."""
        return f" ({self.detail})" if self.detail else ""

    @property
    def again(self) -> str:
        """When it was, or will be, taken up again: `` at 09:01:00 (07:01:00 UTC)``."""
        later = next((one.at for one in self.after if one.event in _TAKEN_UP), self.entry.next_try)
        return f" at {when(later, self.entry.delivery.zone, name=False)[11:]}" if later else ""

    def _readable(self, text: str) -> str:
        one = self.entry.delivery
        return naming(readable(text, one.zone), one.account)


def tell(entry: Entry, lines: Sequence[JournalLine]) -> Iterator[Told]:
    """The life of a delivery from its journal, oldest first.

    ``lines`` may hold those about the whole ledger too: stops and holds that do not concern it,
    or were over before it was planned, are left out.
    """
    own = [line for line in lines if line.delivery or concerns(line, entry.delivery)]
    first = next((number for number, line in enumerate(own) if line.delivery), len(own))
    own = own[first:]
    for number, line in enumerate(own):
        scene = Scene(entry, line, own[:number], own[number + 1 :])
        yield Told(line.at, _words(scene))


def has_words(event: str) -> bool:
    """Whether there are words for an event of the journal."""
    return event in WORDS or event.removeprefix(_TOO_LATE) in _OUTCOMES


def concerns(line: JournalLine, delivery: Delivery) -> bool:
    """Whether a line about the whole ledger is about this delivery too."""
    if line.event in _ACCOUNTS:
        return line.detail == delivery.account
    if line.event not in _SWITCHES:
        return False
    scope, _, value = line.detail.partition(" ")
    if line.event in ("stop", "resume"):
        return covers(Stop(Scope(scope), value, line.actor, line.at), delivery)
    account = delivery.account if scope == HoldScope.ACCOUNT else delivery.platform
    return value == account or value.startswith(f"{account}: ")


def _words(scene: Scene) -> str:
    event = scene.line.event
    if event.startswith(_TOO_LATE):
        return _too_late(scene, event.removeprefix(_TOO_LATE))
    make = WORDS.get(event)
    # An older program may meet a newer journal: better its bare word than no story.
    return make(scene) if make else f"{event}{scene.why}"


# --- people ---


def _planned(scene: Scene) -> str:
    return _as_planned(scene, "planned")


def _changed(scene: Scene) -> str:
    said = _as_planned(scene, "planned anew, as something in it had changed")
    return f"{said}; the approval from before no longer holds" if _was_approved(scene) else said


def _as_planned(scene: Scene, word: str) -> str:
    if scene.state == State.HELD:
        return f"{word}, but held: something is missing"
    return f"{word}; waits for an approval"


def _was_approved(scene: Scene) -> bool:
    events = [line.event for line in scene.before]
    last = max((n for n, event in enumerate(events) if event == "approved"), default=-1)
    return last >= 0 and not {"revoked", "changed", "held-back"} & set(events[last:])


def _not_seen(scene: Scene) -> str:
    then = {
        State.APPROVED: "it goes out again",
        State.PLANNED: "it waits for an approval",
        State.HELD: "it stays held",
    }
    return f"{scene.by} looked, and it is not there: {then.get(State(scene.state), 'noted')}"


def _time_moved(scene: Scene) -> str:
    return (
        f"newer time zone data: the time on the wall stays, the instant moved from {scene.detail}"
    )


# --- runners ---


def _intent(scene: Scene) -> str:
    times = sum(line.event == "intent" for line in scene.before)
    return f"sent again, request {times + 1}" if times else "sent"


def _refused(scene: Scene) -> str:
    why, _, detail = scene.detail.partition(": ")
    words = {
        Why.STOPPED: f"a stop covers it ({detail})",
        Why.ACCOUNT_HELD: f"its account has to wait ({detail})",
        Why.EARLY: f"it was not due yet ({detail})",
        Why.LATE: f"it was too late ({detail})",
        Why.NOT_APPROVED: "its approval no longer holds",
    }
    reason = next((text for name, text in words.items() if name == why), scene.detail)
    then = {
        State.PLANNED: "; waits for an approval",
        State.UNKNOWN: f"; looked up once more{scene.again}",
        State.NEEDS_HUMAN: "; a person decides",
        State.MISSED: "; missed",
    }
    return f"not sent: {reason}{then.get(State(scene.state), '')}"


def _in_doubt(scene: Scene) -> str:
    if scene.detail:
        return f"no answer came: looked up{scene.again}{scene.why}"
    return f"the program ended before an answer came: looked up{scene.again}"


def _posted(scene: Scene) -> str:
    found = scene.before and scene.before[-1].event == "reconciling"
    known = scene.detail and scene.detail != scene.entry.id
    where = f", there called {scene.detail}" if known else ""
    return f"found there: it is posted{where}" if found else f"posted{where}"


def _try_again(scene: Scene) -> str:
    match scene.state:
        case State.RETRY_WAIT:
            return f"not accepted, nothing is out: tried again{scene.again}{scene.why}"
        case State.UNKNOWN:
            return f"could not be looked up: asked again{scene.again}{scene.why}"
        case State.MISSED:
            return f"not accepted, and no time was left for another try: missed{scene.why}"
    return f"not accepted, and no time was left: a person decides{scene.why}"


def _rejected(scene: Scene) -> str:
    if scene.state == State.FAILED:
        return f"refused for good, nothing is out{scene.why}"
    return f"refused, but the request before may have arrived: a person looks{scene.why}"


def _held_back(scene: Scene) -> str:
    return f"held at the last moment, nothing was sent{scene.why}; its approval no longer holds"


def _expired(scene: Scene) -> str:
    if scene.state == State.NEEDS_HUMAN:
        return "its last moment passed: a person decides"
    return "its last moment passed: missed"


_OUTCOMES = {
    "posted": "it was posted",
    "tryagain": "it was not accepted",
    "rejected": "it was refused for good",
    "indoubt": "no answer had come",
    "notthere": "it is not there",
    "askhuman": "a person has to look",
    "holdback": "it was to be held",
}


def _too_late(scene: Scene, outcome: str) -> str:
    words = _OUTCOMES.get(outcome, outcome)
    return f"word from {scene.by}, which no longer had it in hand: {words}{scene.why}"


# --- the whole ledger ---


def _stop(scene: Scene) -> str:
    if scene.line.detail.startswith(f"{Scope.LATE} "):
        return "was late, as nothing had run: waits for somebody's answer"
    return f"stopped by {scene.by}{scene.why}"


def _resume(scene: Scene) -> str:
    if scene.line.detail.startswith(f"{Scope.LATE} "):
        return f"{scene.by} answered for all that was late"
    return f"{scene.by} lifted the stop{scene.why}"


def _by(scene: Scene) -> str:
    return f" by {scene.by}" if scene.by else ""


WORDS: Mapping[str, Callable[[Scene], str]] = {
    "planned": _planned,
    "changed": _changed,
    "moved": lambda _: "its pictures lie elsewhere now; nothing else changed",
    "withdrawn": lambda _: "taken out of the plan",
    "approved": lambda scene: f"approved by {scene.by}",
    "revoked": lambda scene: f"{scene.by} took the approval back",
    "skipped": lambda scene: f"{scene.by} let it go by: it is not posted",
    "time-moved": _time_moved,
    "time-checked": lambda scene: f"newer time zone data: its time stays ({scene.detail})",
    "claimed": lambda scene: f"taken up by {scene.by}",
    "reconciling": lambda scene: f"looked up by {scene.by}",
    "intent": _intent,
    "refused": _refused,
    "released": lambda _: "the program ended before anything was sent: taken up again",
    "in-doubt": _in_doubt,
    "posted": _posted,
    "try-again": _try_again,
    "rejected": _rejected,
    "not-there": lambda _: "not there: it may be sent again",
    "asked": lambda scene: f"a person has to look{scene.why}",
    "held-back": _held_back,
    "expired": _expired,
    "seen": lambda scene: f"{scene.by} looked, and it is there{scene.why}",
    "not-seen": _not_seen,
    "look-again": lambda scene: f"{scene.by} has it looked up once more",
    "stop": _stop,
    "resume": _resume,
    "hold": lambda scene: f"has to wait: {scene.detail}",
    "release": lambda scene: f"{scene.by} ended the wait{scene.why}",
    "account-added": lambda scene: f"its account was given its secrets{_by(scene)}",
    "account-removed": lambda scene: f"the secrets of its account were removed{_by(scene)}",
    "key-rotated": lambda scene: f"the secrets were sealed with another key{_by(scene)}",
}
"""Every event that a ledger writes, and how it is told."""
