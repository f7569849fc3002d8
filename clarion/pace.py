"""Whether a plan keeps the pace that its platforms allow, told before the day.

A budget makes a post wait, never fail; but one that waits past its last moment is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from publishers.port import Budget, Capabilities
from scheduler.delivery import Delivery, Entry
from scheduler.rules.budget import departures


@dataclass(frozen=True)
class Late:
    """How far the posts of one account, or of one platform, fall behind: ``wait`` is the longest,
    ``missed`` are those that would wait past their last moment."""

    name: str
    posts: int
    budget: Budget
    wait: timedelta
    missed: int

    def __str__(self) -> str:
        rule = f"at most {self.budget.posts} in {self.budget.seconds:g} s"
        text = f"{self.name}: {self.posts} posts, {rule}: the last waits {self.wait}"
        if self.missed:
            return f"{text}, and {self.missed} would be missed; spread them over more hours or days"
        return text


def late(
    entries: Iterable[Entry], capabilities: Callable[[Delivery], Capabilities | None]
) -> list[Late]:
    """Where posts would have to wait, worst first; empty when nothing does."""
    accounts: dict[str, tuple[Budget, list[Entry]]] = {}
    for entry in entries:
        one, caps = entry.delivery, capabilities(entry.delivery)
        if caps is None:
            continue
        for name, budget in ((one.account, caps.budget), (one.platform, caps.app_budget)):
            if budget is not None:
                accounts.setdefault(name, (budget, []))[1].append(entry)
    found = [_behind(name, budget, of) for name, (budget, of) in accounts.items()]
    waiting = [one for one in found if one.wait]
    return sorted(waiting, key=lambda one: (-one.missed, -one.wait, one.name))


def _behind(name: str, budget: Budget, entries: list[Entry]) -> Late:
    ordered = sorted(entries, key=lambda entry: entry.delivery.due_at)
    window = timedelta(seconds=budget.seconds)
    gone = departures((entry.delivery.due_at for entry in ordered), budget.posts, window)
    pairs = list(zip(ordered, gone, strict=True))
    return Late(
        name,
        len(ordered),
        budget,
        max(at - entry.delivery.due_at for entry, at in pairs),
        sum(at >= entry.delivery.expires_at for entry, at in pairs),
    )
