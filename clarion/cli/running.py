"""Commands that post: rehearse (never to the public) and run."""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from clarion.cli.options import common, day_option, studio
from clarion.cli.output import as_json, say, table
from clarion.rehearsal import Rehearsal, rehearse
from clarion.report import as_record, reason, rows
from clarion.store.lock import Lock
from clarion.wiring import Studio
from scheduler.clock import SystemTime
from scheduler.delivery import Entry, State
from scheduler.ledger import Filter


@click.command(name="rehearse")
@common
@day_option("--for", "day", help_="Only what belongs to the awareness day on this date.")
@click.option("--assume-approved", is_flag=True, help="Rehearse what nobody has approved yet, too.")
def rehearse_(
    workspace: Path | None, json_: bool, day: datetime | None, assume_approved: bool
) -> None:
    """Run the plan on a fast clock, into marked hand-off folders; the ledger stays as it is.

    Example: clarion rehearse --for 2027-07-30 --assume-approved
    """
    place = studio(workspace)
    wanted = Filter(occurrence=day.date() if day else None)
    entries = [e for e in place.ledger.entries(wanted) if e.state is not State.CANCELLED]
    done = rehearse(place, entries, assume_approved=assume_approved)
    if json_:
        as_json({**summary(done), "deliveries": [as_record(entry) for entry in done.entries]})
    else:
        print_rehearsal(place, done)
    sys.exit(0 if done.clean else 1)


@click.command()
@common
@click.option("--once", is_flag=True, help="Post what is due now, then end.")
def run(workspace: Path | None, json_: bool, once: bool) -> None:
    """Post every approved delivery at its time, once. Runs until stopped (Ctrl-C).

    Example: clarion run --once
    """
    place = studio(workspace)
    time = SystemTime()
    with Lock(place.settings.workspace / "clarion.lock"):
        before = _settled(place)
        runner = place.runner(place.ledger, time, place.publisher_for)
        runner.start()
        following = place.ledger.next_due(time.now())
        say(
            "running; stop with Ctrl-C"
            + (f"; next {following:%Y-%m-%d %H:%M} UTC" if following else "")
        )
        try:
            if once:
                runner.wait_idle(600.0)
            else:
                _until_signal()
        finally:
            runner.stop()
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
    return {
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


def print_rehearsal(place: Studio, done: Rehearsal) -> None:
    """The table per society, and the sums."""
    table(
        ("society", "locale", "days", "local time", "UTC", "posted", "held", "why"),
        [
            (r.society.id, r.locale, r.days, r.local, r.utc, r.posted, r.held, r.why)
            for r in rows(place.societies(), done.entries)
        ],
    )
    sums = summary(done)
    click.echo(
        "planned {planned}, posted {posted}, held {held}, lost {lost}, duplicated {duplicated}, "
        "outside their minute {mistimed}".format(**sums)
    )
    click.echo(f"hand-off folders (rehearsal, not for posting): {done.folder}")


def _settled(place: Studio) -> dict[str, Entry]:
    """What is out or held, by id."""
    found = place.ledger.entries(Filter(states={State.POSTED, State.HELD}))
    return {entry.id: entry for entry in found}


def _until_signal() -> None:
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while not stopped.wait(1.0):
        pass
    say(f"stopping at {datetime.now(UTC):%H:%M:%S} UTC; what is under way comes to its end")


COMMANDS: tuple[click.Command, ...] = (rehearse_, run)
