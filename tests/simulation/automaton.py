"""What a journal may say after what: an automaton that shares nothing with the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.simulation.store import Line, Row

WAIT, OWN = "approved retry_wait", "claimed sending reconciling"
FOLLOWS = {
    # event: the states it may come from, the states it may lead to
    "planned": ("-", "planned held"),
    "changed": (f"planned held {WAIT} claimed failed missed needs_human cancelled", "planned held"),
    "approved": ("planned approved retry_wait needs_human", "approved"),
    "revoked": (f"{WAIT} claimed", "planned"),
    "skipped": (f"planned held {WAIT} claimed", "missed"),
    "claimed": (WAIT, "claimed"),
    "reconciling": ("unknown", "reconciling"),
    "intent": ("claimed reconciling", "sending"),
    "refused": (
        "claimed reconciling",
        "approved planned missed needs_human unknown",
    ),
    "posted": ("sending reconciling", "posted"),
    "try-again": (OWN, "retry_wait unknown missed needs_human"),
    "rejected": (OWN, "failed needs_human"),
    "in-doubt": ("sending reconciling", "unknown"),
    "not-there": ("reconciling", "claimed"),
    "asked": (OWN, "needs_human"),
    "held-back": ("claimed", "held"),
    "released": ("claimed", "approved"),
    "expired": (f"planned held {WAIT}", "missed needs_human"),
    "time-moved": (f"planned held {WAIT} claimed", f"planned held {WAIT} claimed"),
    "time-checked": (f"planned held {WAIT} claimed", f"planned held {WAIT} claimed"),
}
"""An automaton of its own: what the journal may say after what."""
_FOLLOWS = {
    event: (frozenset(before.split()), frozenset(after.split()))
    for event, (before, after) in FOLLOWS.items()
}
TAKES = frozenset({"claimed", "reconciling", "released"})
"""Events at which the fence rises; at ``in-doubt`` it may, where a runner is taken for dead."""
MAY_TAKE = TAKES | {"in-doubt"}
TOO_LATE = "too-late-"
"""How a line begins that changes nothing."""


def replay(lines: Sequence[Line], row: Row) -> Iterator[tuple[str, str]]:
    """Where the journal does not lead from nothing to this row: the invariant, and why."""
    state, fence = "-", 0
    for line in lines:
        if not line.delivery or line.event.startswith(TOO_LATE):
            continue
        before, after = _FOLLOWS.get(line.event, (frozenset(), frozenset()))
        if state not in before or line.state not in after:
            yield "I8", f"{line.event} from {state} to {line.state}"
        rises = line.fence == fence + 1 and line.event in MAY_TAKE
        stays = line.fence == fence and line.event not in TAKES
        if not rises and not stays:
            yield "I5", f"{line.event} took the fence from {fence} to {line.fence}"
        state, fence = line.state, line.fence
    if (state, fence) != (row.state.value, row.fence):
        yield "I8", f"the journal ends {state} {fence}, the row {row.state} {row.fence}"
