"""Commands that post: rehearse (never to the public) and run."""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from clarion.backing_up import in_question
from clarion.cli.options import as_option, common, day_option, now, studio
from clarion.cli.output import as_json, say
from clarion.cli.prose import columns
from clarion.cli.trouble import Trouble, watching
from clarion.faults import Fate, Faults, Kind, Temper
from clarion.posting import Node, Role
from clarion.rehearsal import Rehearsal, keep_record, rehearse
from clarion.report import as_record, question, reason, rows
from clarion.store.lock import Lock
from clarion.wiring import Studio
from scheduler.backlog import Answer
from scheduler.backlog import answer as decide
from scheduler.backlog import waiting as behind
from scheduler.delivery import Entry, State
from scheduler.ledger import Filter


def _shares(
    _context: click.Context, _option: click.Parameter, typed: tuple[str, ...]
) -> dict[Kind, float]:
    """``lost-answer=5%``: a fault, and how many of all requests meet it."""
    return dict(_share(one) for one in typed)


def _share(typed: str) -> tuple[Kind, float]:
    kind, _, share = typed.partition("=")
    try:
        number = float(share.removesuffix("%")) / (100 if share.endswith("%") else 1)
        if not 0 <= number <= 1:
            raise ValueError
        return Kind(kind), number
    except ValueError as error:
        known = ", ".join(Kind)
        raise click.BadParameter(f"'{typed}': write KIND=5%, KIND one of {known}") from error


@click.command(name="rehearse")
@common
@day_option("--for", "day", help_="Only what belongs to the awareness day on this date.")
@click.option("--assume-approved", is_flag=True, help="Rehearse what nobody has approved yet, too.")
@click.option(
    "--fault",
    "shares",
    multiple=True,
    callback=_shares,
    metavar="KIND=SHARE",
    help=f"Misbehaviour of the platform, such as lost-answer=5%; repeat. {', '.join(Kind)}.",
)
@click.option(
    "--platform",
    "temper",
    type=click.Choice([temper.value for temper in Temper]),
    help="To a platform that misbehaves instead of folders: what it can be asked.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Other faults in other posts.")
def rehearse_(
    workspace: Path | None,
    json_: bool,
    day: datetime | None,
    assume_approved: bool,
    shares: dict[Kind, float],
    temper: str | None,
    seed: int,
) -> None:
    """Run the plan on a fast clock, into marked hand-off folders; the ledger stays as it is.

    With --fault or --platform it goes to a platform that only exists meanwhile: native knows a
    request it has seen, readback would post it twice but can be asked, none cannot be asked. Then
    the exit code is 1 only if something was lost, doubled or early.

    Example: clarion rehearse --for 2027-07-30 --fault lost-answer=5%
    """
    place = studio(workspace)
    wanted = Filter(occurrence=day.date() if day else None)
    entries = [e for e in place.ledger.entries(wanted) if e.state is not State.CANCELLED]
    faults = Faults(shares, Temper(temper or "native"), seed) if shares or temper else None
    done = rehearse(place, entries, assume_approved=assume_approved, faults=faults)
    keep_record(done, now())
    if json_:
        as_json({**summary(done), "deliveries": [as_record(entry) for entry in done.entries]})
    else:
        print_rehearsal(place, done)
    sys.exit(0 if done.clean else 1)


@click.command()
@common
@as_option
@click.option("--once", is_flag=True, help="Post what is due now, then end.")
@click.option(
    "--role",
    "does",
    type=click.Choice([role.value for role in Role]),
    default=Role.ALL.value,
    help="With a database: ring, post, or both.",
)
@click.option(
    "--backlog",
    type=click.Choice(["ask", *(answer.value for answer in Answer)]),
    default="ask",
    help="What to do with what fell due while nothing ran; asks by default.",
)
def run(
    workspace: Path | None, json_: bool, role: str | None, once: bool, does: str, backlog: str
) -> None:
    """Post every approved delivery at its time, once. Runs until stopped (Ctrl-C).

    A second process on the same workspace stands by, and takes over when the first one ends.

    Example: clarion run --once
    """
    if backlog != "ask" and not role:
        raise click.UsageError("say who decides about the backlog: --as ROLE, or set CLARION_AS")
    place = studio(workspace)
    if Role(does) is not Role.ALL and not place.settings.database:
        raise click.UsageError(
            f"--role {does} needs a ledger in a database: with one in a file leave it out"
        )
    with ExitStack() as stack:
        trouble = stack.enter_context(watching(lambda: place.ledger.stops()))
        if not place.settings.database:
            _alone(place, stack, wait=not once)
        node = Node(place, Role(does), say)
        before = _settled(place)
        node.start(ask_first=backlog == "ask")
        stack.callback(node.stop)
        if backlog != "ask" and role:
            _decide(place, Answer(backlog), role)
            node.runner.wake()
        for line in question(behind(place.ledger), now()):
            say(line)
        if in_question(place.ledger):
            say(
                "this ledger was restored from a backup: what was due before may have gone out "
                "since, look at the accounts before you answer"
            )
        following = place.ledger.next_due(now())
        say(
            "running; stop with Ctrl-C"
            + (f"; next {following:%Y-%m-%d %H:%M} UTC" if following else "")
        )
        if once:
            node.runner.wait_idle(600.0)
        else:
            _until_signal(trouble)
    _report(place, before, json_=json_)


def _alone(place: Studio, stack: ExitStack, *, wait: bool) -> None:
    """Be the only one that posts from this file, now or when the one before has ended."""
    lock = Lock(place.settings.workspace / "clarion.lock")
    if wait:
        _warm(place)
        lock.acquire(
            standing_by=lambda who: say(f"{who} is running on this ledger: standing by for it")
        )
    else:
        lock.acquire()
    stack.callback(lock.release)


def _decide(place: Studio, answer: Answer, role: str) -> None:
    """Answer for the backlog beforehand; but not for what may have gone out already."""
    if in_question(place.ledger):
        say(f"this ledger was restored from a backup: --backlog {answer} does not answer for that")
    else:
        decide(place.ledger, answer, role, now())


def _warm(place: Studio) -> None:
    """Have everything read and open, so that taking over takes no time."""
    from scheduler.adapters import apscheduler_clock  # noqa: F401  it imports half a second's worth

    place.ledger.next_due(now())
    place.press.reading()


def _report(place: Studio, before: dict[str, Entry], *, json_: bool) -> None:
    new = [entry for name, entry in _settled(place).items() if name not in before]
    posted = [entry for entry in new if entry.state is State.POSTED]
    held = [entry for entry in new if entry.state is State.HELD]
    waiting = place.ledger.entries(Filter(states={State.NEEDS_HUMAN, State.FAILED}))
    if json_:
        as_json(
            {
                "posted": [as_record(entry) for entry in posted],
                "held": [as_record(entry) for entry in held],
                "waiting_for_a_person": [as_record(entry) for entry in waiting],
                "backlog": [as_record(entry) for entry in behind(place.ledger)],
            }
        )
        return
    for why, count in Counter(reason(entry) for entry in held).items():
        click.echo(f"held back {count}: {why}")
    click.echo(
        f"{len(posted)} posted, {len(held)} held back; {len(waiting)} wait for a person "
        "(clarion status --all)"
    )


def summary(done: Rehearsal) -> dict[str, object]:
    """The sums of a rehearsal."""
    sums: dict[str, object] = {
        "planned": done.summary.planned,
        "posted": done.summary.posted,
        "held": done.summary.held,
        "lost": done.lost,
        "duplicated": done.duplicated,
        "mistimed": done.mistimed,
        "missed": done.summary.missed,
        "waiting_for_a_person": done.summary.asks,
        "folder": str(done.folder),
    }
    if done.faults:
        sums["faults"] = str(done.faults)
        sums["fates"] = {fate.name.lower(): done.fates[fate] for fate in Fate}
    return sums


def print_rehearsal(place: Studio, done: Rehearsal) -> None:
    """The table per society, and the sums; with faults what became of the deliveries."""
    if done.faults:
        click.echo(f"{done.faults}")
        for fate in Fate:
            if done.fates[fate]:
                click.echo(f"{done.fates[fate]:6}  {fate}")
    else:
        columns(
            ("society", "locale", "days", "local", "UTC", "posted", "held", "why"),
            [
                (r.society.id, r.locale, r.days, r.local, r.utc, f"{r.posted}", f"{r.held}", r.why)
                for r in rows(place.societies(), done.entries)
            ],
        )
    click.echo(
        "planned {planned}, posted {posted}, held {held}, lost {lost}, duplicated {duplicated}, "
        "outside their minute {mistimed}".format(**summary(done))
    )
    if not done.faults:
        click.echo(f"hand-off folders (rehearsal, not for posting): {done.folder}")


def _settled(place: Studio) -> dict[str, Entry]:
    """What is out or held, by id."""
    found = place.ledger.entries(Filter(states={State.POSTED, State.HELD}))
    return {entry.id: entry for entry in found}


def _until_signal(trouble: Trouble) -> None:
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while not stopped.wait(1.0):
        trouble.look()
    say(f"stopping at {datetime.now(UTC):%H:%M:%S} UTC; what is under way comes to its end")


COMMANDS: tuple[click.Command, ...] = (rehearse_, run)
