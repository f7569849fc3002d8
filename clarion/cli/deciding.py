"""Commands for what waits for a person: resolve, backlog, release, clock."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from clarion.choosing import full_ids
from clarion.cli.options import as_option, common, now, required_role, studio
from clarion.cli.output import as_json
from clarion.cli.prose import tell, tell_all
from clarion.outlook import goes_at, look_around
from clarion.overview import MOST
from clarion.posting import CLOCK_REMEDY
from clarion.report import STATES, as_record, named, question, when
from clarion.witness import boot_id
from scheduler import releasing
from scheduler.backlog import Answer
from scheduler.backlog import answer as decide
from scheduler.backlog import waiting as behind
from scheduler.clock import SystemTime
from scheduler.delivery import State
from scheduler.ledger import HoldScope, Verdict
from scheduler.trust import ClockGate


@click.command()
@common
@as_option
@click.argument("delivery_id", metavar="ID")
@click.argument("verdict", type=click.Choice([verdict.value for verdict in Verdict]))
@click.option("--url", default="", help="With 'there': where it stands.")
def resolve(
    workspace: Path | None,
    json_: bool,
    role: str | None,
    delivery_id: str,
    verdict: str,
    url: str,
) -> None:
    """Say what stands on the platform, where Clarion cannot tell.

    With "there" it counts as posted. With "not-there" it goes out again, if its approval still
    stands and its time has not passed. With "look-again" the platform is asked once more. Who said
    so is kept.

    Example: clarion resolve 3k5x there --url URL --as duty-officer
    """
    place, by = studio(workspace), required_role(role)
    ledger = place.ledger
    [name] = full_ids(ledger.entries(), [delivery_id])
    decision = ledger.resolve(name, by, now(), Verdict(verdict), url)
    after = ledger.get(name) if decision.granted else None
    if json_:
        as_json(
            {
                "id": name, "granted": decision.granted, "detail": decision.detail,
                "why": str(decision.why) if decision.why else None,
                "delivery": as_record(after) if after else None,
            }
        )  # fmt: skip
    elif after is not None:
        tell(f"{name[:8]} on the word of {by}: {STATES[after.state]}")
        if at := goes_at(after, look_around(place, now())):
            word = "looked up" if after.state is State.UNKNOWN else "goes out"
            tell(f"{word} {when(max(at, now()), after.delivery.zone)}, or when 'clarion run' runs")
    else:
        why = f" ({decision.detail})" if decision.detail else ""
        tell(f"nothing to decide: {decision.why}{why}; see 'clarion explain {name[:8]}'")
    sys.exit(0 if decision.granted else 1)


_ANSWERED = {
    Answer.POST: "go out now, the newest first, at a distance from each other",
    Answer.HOLD: "wait for a new approval: clarion approve --as ROLE",
    Answer.SKIP: "are let go by: they are not posted",
}


@click.command()
@common
@as_option
@click.argument("answer", required=False, type=click.Choice([answer.value for answer in Answer]))
def backlog(workspace: Path | None, json_: bool, role: str | None, answer: str | None) -> None:
    """Answer for everything that fell due while nothing ran; without an answer, show it.

    post lets it go out, at a distance from each other, the newest first; hold makes each wait for a
    new approval; skip lets it go by.

    Example: clarion backlog post --as duty-officer
    """
    ledger = studio(workspace).ledger
    late = behind(ledger)
    if answer is None:
        if json_:
            as_json({"backlog": [as_record(entry) for entry in late]})
        else:
            tell_all(question(late, now()) or ["nothing waits for an answer"])
            tell_all(f"  {named(entry)}" for entry in late[:MOST])
            if len(late) > MOST:
                click.echo(f"  and {len(late) - MOST} more")
        return
    decisions = decide(ledger, Answer(answer), required_role(role), now())
    refused = [one for one in decisions if not one.granted]
    if json_:
        as_json({"answer": answer, "decided": len(decisions), "refused": len(refused)})
    else:
        click.echo(f"{len(decisions) - len(refused)} {_ANSWERED[Answer(answer)]}")
        for why, count in Counter(str(one.why) for one in refused).items():
            click.echo(f"refused {count}: {why}")
    sys.exit(1 if refused else 0)


@click.command()
@common
@as_option
@click.argument("scope", type=click.Choice([scope.value for scope in HoldScope]))
@click.argument("value")
def release(workspace: Path | None, json_: bool, role: str | None, scope: str, value: str) -> None:
    """Lift a hold that a platform's answer put on an account, or on all of a platform.

    Example: clarion release account fr/fr-page --as duty-officer
    """
    ledger, by = studio(workspace).ledger, required_role(role)
    done = releasing.release(ledger, HoldScope(scope), value, by, now())
    if json_:
        as_json({"released": done.lifted, "again": list(done.again)})
    elif done.lifted:
        again = f"; {len(done.again)} that it had refused go again" if done.again else ""
        click.echo(f"released{again}")
    else:
        click.echo("there was no such hold; see 'clarion status'")
    sys.exit(0 if done.lifted else 1)


@click.group()
def clock() -> None:
    """Whether this machine's clock may be believed. While it may not, nothing is posted."""


@clock.command()
@common
@as_option
def confirm(workspace: Path | None, json_: bool, role: str | None) -> None:
    """Vouch for the clock as it is now; look at another one first.

    Example: clarion clock confirm --as duty-officer
    """
    place, time, by = studio(workspace), SystemTime(), required_role(role)
    log = place.ledger.clock_log
    ClockGate(time, log, boot=boot_id(), remedy=CLOCK_REMEDY).confirm(by)
    if json_:
        as_json({"confirmed": time.now().isoformat(), "by": by})
    else:
        click.echo(f"confirmed: it is {time.now():%Y-%m-%d %H:%M:%S} UTC, on the word of {by}")


COMMANDS: tuple[click.Command, ...] = (resolve, backlog, release, clock)
