"""Days and hours as campaigns and societies write them: off, moved, asked about, quiet, black."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from campaigns.errors import ContentError
from campaigns.model import Blackout, DayAnswer, DayRule, DayRules
from campaigns.strict_yaml import Fields, Node, Text, as_choice, as_date, as_fields, as_text

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HOURS = re.compile(rf"{_TIME.pattern}-{_TIME.pattern}")
_MINUTES = re.compile(r"([1-9]|[1-5]\d|60) min")


def day_rules(fields: Fields) -> DayRules:
    """The rules about days and hours among the keys of a ``schedule``; all are optional."""
    return DayRules(
        weekend=_rule(fields, "weekend"),
        holidays=_rule(fields, "holidays"),
        observance=_rule(fields, "observance"),
        answers=_answers(fields),
        quiet=_quiet(fields),
        blackout=_blackout(fields),
    )


def spread(fields: Fields) -> timedelta:
    """How far posts are drawn apart: whole minutes, at most an hour; not at all by default."""
    node = fields.get("spread")
    if node is None:
        return timedelta(0)
    typed = as_text(node)
    match = _MINUTES.fullmatch(typed)
    if match is None:
        raise ContentError(
            node.place, node.path, f"'{typed}' is not 1 to 60 minutes", "write '20 min'"
        )
    return timedelta(minutes=int(match[1]))


def dated(fields: Fields, key: str) -> dict[date, str]:
    """The texts under ``key`` by their dates; absent means none."""
    node = fields.get(key)
    found = {} if node is None else dict(as_fields(node))
    return {_date(day, text): as_text(text) for day, text in found.items()}


def dates(fields: Fields, key: str) -> frozenset[date]:
    """The dates listed under ``key``; absent means none."""
    return frozenset(map(as_date, fields.items(key))) if fields.get(key) else frozenset()


def _rule(fields: Fields, key: str) -> DayRule | None:
    if fields.get(key) is None:
        return None
    return as_choice(fields, key, ("post", "before", "ask"))  # type: ignore[return-value]


def _answers(fields: Fields) -> dict[date, DayAnswer]:
    node = fields.get("answers")
    if node is None:
        return {}
    answers = as_fields(node)
    return {
        _date(day, text): as_choice(answers, day, ("post", "before"))  # type: ignore[misc]
        for day, text in answers
    }


def _quiet(fields: Fields) -> tuple[time, time] | None:
    node = fields.get("quiet")
    if node is None:
        return None
    typed = as_text(node)
    match = _HOURS.fullmatch(typed)
    if match is None or match.group(1, 2) == match.group(3, 4):
        raise ContentError(
            node.place, node.path, f"'{typed}' is not a part of the day", "write '22:00-07:00'"
        )
    return time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))


def _blackout(fields: Fields) -> tuple[Blackout, ...]:
    """ISO 8601 dates, or two of them with a solidus between, each with what it is for."""
    node = fields.get("blackout")
    found = []
    for days, why in as_fields(node) if node is not None else ():
        first, _, last = days.partition("/")
        blackout = Blackout(_date(first, why), _date(last or first, why), as_text(why))
        if blackout.last < blackout.first:
            raise ContentError(why.place, why.path, "ends before it begins", "swap the two dates")
        found.append(blackout)
    return tuple(found)


def _date(typed: str, node: Node) -> date:
    """A date that stands before the colon."""
    return as_date(Text(node.place, node.path, typed))
