"""Commands about when: plan, approve, status, explain, stop, resume."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from clarion.accounts import told, unconnected
from clarion.choosing import chosen_entries, covered_by, full_ids, require_known
from clarion.cli.options import (
    as_option,
    campaigns_option,
    common,
    day_option,
    now,
    required_role,
    societies_option,
    studio,
    today,
)
from clarion.cli.output import as_json, progress
from clarion.cli.prose import columns, tell, tell_all
from clarion.explain import explained
from clarion.fitting import costs
from clarion.forecast import forecast, lines
from clarion.overview import gone, overview, too_late, went
from clarion.planning import plan_workspace
from clarion.report import as_record, reason, rows
from clarion.risk import unassessed
from clarion.wiring import Studio
from scheduler.delivery import Entry, State
from scheduler.ledger import Decision, Filter, Scope, Why

_EVENT = len("2027-07-30 09:00:00  07:00:00 UTC  ")
"""Where the words of an event begin."""


@click.command()
@common
@societies_option
@campaigns_option
@day_option("--for", "after", help_="Plan for the first date of the day on or after this one.")
def plan(
    workspace: Path | None,
    json_: bool,
    societies: tuple[str, ...],
    campaigns: tuple[str, ...],
    after: datetime | None,
) -> None:
    """Write down who posts what, where and when; draws what is missing.

    Example: clarion plan --for 2027-07-30
    """
    place = studio(workspace)
    with progress("pictures") as show:
        entries, counts = plan_workspace(
            place, societies, campaigns, today(after), now(), progress=show
        )
    held = [entry for entry in entries if entry.state is State.HELD]
    coming = forecast(place.press, entries)
    cost = costs(entries, place.publisher_for)
    wanting = unconnected(place, (entry.delivery for entry in entries))
    if json_:
        as_json(
            {
                "planned": len(entries), "held": len(held), "added": counts.added,
                "would_be_held": dict(coming),
                "changed": counts.changed, "unchanged": counts.unchanged, "left": counts.left,
                "withdrawn": counts.withdrawn,
                "costs": [one.as_dict() for one in cost],
                "without_secrets": [one.account for one in wanting],
                "deliveries": [as_record(entry) for entry in entries],
            }
        )  # fmt: skip
        return
    columns(
        ("society", "locale", "days", "local", "UTC", "planned", "held", "why"),
        [
            (r.society.id, r.locale, r.days, r.local, r.utc, f"{r.planned}", f"{r.held}", r.why)
            for r in rows(place.societies(societies), entries)
        ],
    )
    click.echo(
        f"{len(entries)} deliveries, {len(held)} held; {counts.added} new, {counts.changed} "
        f"changed, {counts.unchanged} as before, {counts.withdrawn} withdrawn"
    )
    for line in [*_past(entries), *lines(coming), *cost]:
        click.echo(line)
    if len({reason(entry) for entry in held}) > 1:
        click.echo("every reason, post by post: clarion status --all")
    tell_all(f"ACCOUNT: {line}" for line in told(wanting))
    click.echo("next: clarion approve --as ROLE")


@click.command()
@common
@societies_option
@campaigns_option
@as_option
@click.option("--revoke", is_flag=True, help="Take approvals back instead.")
@click.argument("ids", nargs=-1)
def approve(
    workspace: Path | None,
    json_: bool,
    societies: tuple[str, ...],
    campaigns: tuple[str, ...],
    role: str | None,
    revoke: bool,
    ids: tuple[str, ...],
) -> None:
    """Approve deliveries as they are now: text, picture, alt text, time, channel.

    The approver must be somebody else than the campaign's author, and the campaign's risk note has
    to be assessed: see 'clarion risk'.

    Example: clarion approve --as national-editor --society fr
    """
    if not role:
        raise click.UsageError("say who approves: --as ROLE, or set CLARION_AS")
    place = studio(workspace)
    entries = chosen_entries(place, societies, campaigns)
    wanted = full_ids(entries, ids) or [
        entry.id
        for entry in entries
        if (entry.approved if revoke else entry.state is State.PLANNED)
    ]
    risky = {} if revoke else _risky(place, entries, wanted)
    act = place.ledger.revoke if revoke else place.ledger.approve
    decisions = act([name for name in wanted if name not in risky], role, now())
    refused = [one for one in decisions if not one.granted]
    sent = place.ledger.entries(Filter(ids={one.id for one in refused if one.why is Why.SENT}))
    if json_:
        as_json(
            {
                "granted": len(decisions) - len(refused),
                "refused": [
                    *(_refusal(one, sent) for one in refused),
                    *(
                        {"id": name, "why": "risk note", "detail": "; ".join(why)}
                        for name, why in risky.items()
                    ),
                ],
            }
        )
    elif not wanted:
        click.echo("nothing waits for this; see 'clarion status --all'")
    else:
        tell_all(_refusals(refused, sent))
        for (why, remedy), count in Counter(risky.values()).items():
            tell_all([f"refused {count}: {why}", f"  {remedy}"])
        word = "revoked" if revoke else "approved"
        no = len(refused) + len(risky)
        click.echo(f"{len(decisions) - len(refused)} {word} by {role}, {no} refused")
        granted = place.ledger.entries(Filter(ids={d.id for d in decisions if d.granted}))
        for row in rows(place.societies(), granted):
            click.echo(f"  {row.society.id} {row.locale}: {row.planned}, {row.days}")
        for line in [] if revoke else lines(forecast(place.press, granted)):
            click.echo(line)
    sys.exit(1 if refused or risky else 0)


@click.command()
@common
@societies_option
@campaigns_option
@click.option("--all", "everything", is_flag=True, help="List every delivery, not only sums.")
def status(
    workspace: Path | None,
    json_: bool,
    societies: tuple[str, ...],
    campaigns: tuple[str, ...],
    everything: bool,
) -> None:
    """Who is waited for, what is planned, approved, posted, held; what comes next.

    Example: clarion status --society it --all
    """
    place = studio(workspace)
    entries = chosen_entries(place, societies, campaigns)
    found = overview(place, entries, now())
    if json_:
        listed = [as_record(entry) for entry in entries] if everything else None
        as_json({**found.as_dict(), "deliveries": listed})
        return
    tell_all(found.urgent())
    if not entries:
        click.echo("nothing is planned; run 'clarion plan'")
    elif everything:
        columns(
            ("id", "society", "locale", "card", "local time", "state", "why"),
            [_line(entry) for entry in entries],
        )
    else:
        for count, words in found.sums():
            tell(f"{count:6}  {words}", hanging=8)
    tell_all(found.standing())


@click.command()
@common
@click.argument("delivery_id", metavar="ID")
def explain(workspace: Path | None, json_: bool, delivery_id: str) -> None:
    """A delivery's whole life in plain words, with local time and UTC.

    Example: clarion explain 3k5x (the first letters of an id are enough)
    """
    place = studio(workspace)
    [name] = full_ids(place.ledger.entries(), [delivery_id])  # one in, one out
    story = explained(place, name, now())
    if json_:
        as_json(story.as_dict())
        return
    for line in story.lines():
        if line.startswith("  | "):  # the post itself, line for line
            click.echo(line)
        else:
            tell(line, hanging=_EVENT if re.match(r"\d{4}-\d\d-\d\d ", line) else 10)


_scope_argument = click.argument(
    "scope", type=click.Choice([scope.value for scope in Scope if scope is not Scope.LATE])
)


@click.command()
@common
@as_option
@_scope_argument
@click.argument("value", default="")
def stop(workspace: Path | None, json_: bool, role: str | None, scope: str, value: str) -> None:
    """Let nothing more out: all, or one campaign, society, locale or channel.

    Example: clarion stop society fr --as duty-officer
    """
    place, by = studio(workspace), required_role(role)
    _needs_value(scope, value)
    reach = Scope(scope)
    if value:
        require_known(place, place.ledger.entries(), reach, [value])
    place.ledger.stop(reach, value, by, now())
    out, maybe = gone(place.ledger.entries(covered_by(reach, value)))
    if json_:
        as_json(
            {
                "stopped": scope, "value": value,
                "already_posted": [entry.id for entry in out],
                "may_be_out": [entry.id for entry in maybe],
            }
        )  # fmt: skip
        return
    what = f"{scope} {value}".rstrip()
    click.echo(f"stopped: {what}; {len(out)} had already gone out")
    tell_all(went(out, maybe))
    click.echo(f"to lift it: clarion resume {what} --as ROLE")


@click.command()
@common
@as_option
@_scope_argument
@click.argument("value", default="")
def resume(workspace: Path | None, json_: bool, role: str | None, scope: str, value: str) -> None:
    """Lift a stop.

    Example: clarion resume society fr --as duty-officer
    """
    lifted = studio(workspace).ledger.resume(Scope(scope), value, required_role(role), now())
    if json_:
        as_json({"resumed": lifted})
    else:
        click.echo("resumed" if lifted else "there was no such stop; see 'clarion status'")
    sys.exit(0 if lifted else 1)


def _risky(
    place: Studio, entries: Sequence[Entry], wanted: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Of these deliveries, those whose campaign nobody has assessed: why, and the way out."""
    names = set(wanted)
    campaigns = {one.id: one.delivery.campaign for one in entries if one.id in names}
    why = unassessed(place.library, campaigns.values())
    return {name: why[campaign] for name, campaign in campaigns.items() if campaign in why}


def _refusal(decision: Decision, sent: Sequence[Entry]) -> dict[str, Any]:
    """A refusal as JSON; of what is out, where it stands."""
    value = {"id": decision.id, "why": str(decision.why), "detail": decision.detail}
    [url] = [one.url for one in sent if one.id == decision.id] or [""]
    return value | ({"url": url} if url else {})


def _refusals(refused: Sequence[Decision], sent: Sequence[Entry]) -> Iterator[str]:
    """Refusals for people: what has left already one by one, the rest by reason."""
    if sent:
        yield f"too late for {len(sent)}, which had left already:"
    for entry in sent:
        words, command = too_late(entry)
        yield f"  {words}"
        yield from [f"    {command}"] if command else []
    others = Counter((one.why, one.detail) for one in refused if one.why is not Why.SENT)
    for (why, detail), count in others.items():
        yield f"refused {count}: {why}" + (f" ({detail})" if detail else "")


def _past(entries: list[Entry]) -> list[str]:
    """What was planned too late to be posted at all."""
    late = sum(entry.delivery.expires_at <= now() for entry in entries)
    return [f"{late} lie in the past and cannot be posted; choose a later --for"] if late else []


def _line(entry: Entry) -> tuple[str, ...]:
    delivery = entry.delivery
    return (
        entry.id[:8], delivery.society, delivery.locale, delivery.card,
        f"{delivery.wall:%Y-%m-%d %H:%M}", entry.state.value, reason(entry),
    )  # fmt: skip


def _needs_value(scope: str, value: str) -> None:
    if (scope == "all") == bool(value):
        what = "no value" if scope == "all" else f"the {scope}'s id"
        raise click.UsageError(f"'stop {scope}' takes {what}")


COMMANDS: tuple[click.Command, ...] = (plan, approve, status, explain, stop, resume)
