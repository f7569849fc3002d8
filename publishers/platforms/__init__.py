"""What each platform allows: dated facts, one file a platform, each value with its source.

    checked = 2026-11-22          # the day on which somebody last looked
    [text_limit]
    value = 300
    source = "https://…"
    checked = 2027-03-01          # where this one was looked at on another day

A name is a field of `publishers.port.Capabilities`. What an account's own server tells goes above
what stands here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from publishers.port import Budget, Capabilities, Prices


@dataclass(frozen=True)
class Fact:
    """One value, where it is from, and the day on which it was last looked at."""

    value: Any
    source: str
    checked: date


@cache
def facts(kind: str) -> Mapping[str, Fact]:
    """What is known of a platform. KeyError when nothing is."""
    file = files(__name__).joinpath(f"{kind}.toml")
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise KeyError(f"nothing is known of the platform '{kind}'") from None
    checked = raw.pop("checked")
    return MappingProxyType(
        {
            name: Fact(_value(name, one["value"]), one["source"], one.get("checked", checked))
            for name, one in raw.items()
        }
    )


def capabilities(kind: str, **known: Any) -> Capabilities:
    """The capabilities of an account on this platform; `known` of the account goes above."""
    told = facts(kind)
    values: dict[str, Any] = {
        "text_limit": None,
        "text_counter": "characters",
        "max_pictures": None,
    }
    values |= {"media_types": frozenset(), "max_bytes": None, "alt_limit": None}
    values |= {name: fact.value for name, fact in told.items()}
    values["as_of"] = min((fact.checked for fact in told.values()), default=None)
    return Capabilities(**(values | known))


def _value(name: str, raw: Any) -> Any:
    match name:
        case "media_types":
            return frozenset(raw)
        case "ratio":
            return (float(raw[0]), float(raw[1]))
        case "budget" | "app_budget":
            return Budget(int(raw["posts"]), float(raw["seconds"]))
        case "prices":
            return Prices(Decimal(raw["post"]), Decimal(raw["with_link"]))
        case _:
            return raw
