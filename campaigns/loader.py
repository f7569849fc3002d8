"""A campaign file becomes a :class:`~campaigns.model.Campaign`, or says which line is wrong."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

from campaigns.cards import identifier, message, read_cards
from campaigns.days import day_rules, spread
from campaigns.errors import ContentError
from campaigns.hashtags import MOST, doubt
from campaigns.kinds import FieldSpec
from campaigns.model import Campaign, LatePolicy, Schedule, Slot
from campaigns.risk import read_risk
from campaigns.strict_yaml import Fields, Node, as_items, as_text, as_time, load

_HASHTAG = re.compile(r"[^\W\d_]\w*")
_DAY = re.compile(r"[+-]?\d{1,3}")

_TITLE = FieldSpec("title", 60, "lists, packs and pages", "the name of the campaign")
_CALL = FieldSpec("call", 90, "end of every post text", "what readers can do now")


def load_campaign(path: Path) -> Campaign:
    """Read one campaign file. Raises :class:`ContentError` at the first thing that is wrong."""
    top = load(path)
    cards = read_cards(top)
    campaign = Campaign(
        id=identifier(top, "id"),
        author=top.text("author"),
        observance=top.text("observance"),
        source_locale=top.text("source_locale"),
        hashtags=_hashtags(top),
        risk=read_risk(top),
        title=message(top.need("title"), _TITLE, "campaign.title"),
        call=message(top.need("call"), _CALL, "campaign.call"),
        schedule=_schedule(top.fields("schedule"), {card.id for card in cards}),
        cards=cards,
        file=path,
    )
    top.done()
    return campaign


def _hashtags(top: Fields) -> tuple[str, ...]:
    tags = top.texts("hashtags")
    for tag in tags:
        if not _HASHTAG.fullmatch(tag):
            raise ContentError(
                top.need("hashtags").place,
                "hashtags",
                f"'{tag}' is not a hashtag",
                "write letters and digits without '#', for example EndHumanTrafficking",
            )
        if (wrong := doubt(tag)) is not None and wrong.sure:
            raise ContentError(top.need("hashtags").place, "hashtags", wrong.problem, wrong.remedy)
    if len(tags) > MOST:
        raise ContentError(
            top.need("hashtags").place, "hashtags", f"has {len(tags)} tags", f"keep at most {MOST}"
        )
    return tags


def _schedule(fields: Fields, cards: set[str]) -> Schedule:
    late = fields.fields("late")
    policy = late.text("policy")
    if policy not in ("post_until", "hold", "skip"):
        raise ContentError(
            late.need("policy").place,
            "schedule.late.policy",
            f"'{policy}' is not a late policy",
            "write post_until, hold or skip",
        )
    chosen: LatePolicy = policy  # type: ignore[assignment]  # narrowed by the test above
    until = late.get("until")
    schedule = Schedule(
        at=as_time(fields.need("time")),
        late=chosen,
        until=as_time(until) if until is not None else time(20, 0),
        slots=tuple(_slot(day, node, cards) for day, node in fields.fields("days")),
        days=day_rules(fields),
        spread=spread(fields),
    )
    if until is not None and schedule.until <= schedule.at:
        raise ContentError(
            until.place, until.path, "is not after the posting time", "write a later time"
        )
    late.done()
    fields.done()
    return schedule


def _slot(day: str, node: Node, cards: set[str]) -> Slot:
    if not _DAY.fullmatch(day):
        raise ContentError(
            node.place, node.path, f"'{day}' is not a day", "write '-7', '0' or '+1'"
        )
    names = []
    for item in as_items(node):
        name = as_text(item)
        if name not in cards:
            raise ContentError(
                item.place, item.path, f"names no card '{name}'", "use the id of a card below"
            )
        names.append(name)
    return Slot(int(day), tuple(names))
