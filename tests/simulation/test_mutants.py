"""The simulation has teeth: a protocol with one bug does not get through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from publishers.port import Idempotency
from tests.simulation.explore import WIDE, Bounds, Report, Share, explore
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.store import Shelf
from tests.simulation.tally import tell

SMALL = Bounds(reach=(0, 0), act_reach=(0, 0))
"""One thing that goes wrong, one disturbance: part of what the protocol itself gets through."""
CLASSES = (Idempotency.READBACK, Idempotency.NONE, Idempotency.NATIVE)
INVARIANTS = {f"I{number}" for number in range(1, 9)}


@pytest.fixture(scope="module")
def caught(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """How many bugs were caught by each invariant; told at the end."""
    found: Counter[str] = Counter()
    yield found
    by = ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
    line = f"simulation: {found.total()} of {len(MUTANTS)} seeded bugs caught, by {by}"
    tell(request.config, line)


def hits(mutant: Mutant, report: Report) -> list[str]:
    """How the last schedule that broke something shows the bug: the invariant, and by what."""
    return [
        f"{wrong.invariant} {wrong.what}: {found.schedule.words()}"
        for found in report.found[-1:]
        for wrong in found.violations
        if wrong.invariant in mutant.by
    ]


@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_bug_is_caught(mutant: Mutant, own_shelf: Shelf, caught: Counter[str]) -> None:
    tried = 0
    for idempotency in mutant.classes or CLASSES:
        share = Share(idempotency, WIDE, SMALL)
        report = explore(
            own_shelf, share, mutant.variant, lambda report: bool(hits(mutant, report))
        )
        tried += report.schedules
        if shown := hits(mutant, report):
            caught[shown[0].split()[0]] += 1
            print(f"{mutant.name}: schedule {tried} breaks {shown[0]}")
            return
    pytest.fail(f"{mutant.name}: {tried} schedules, and none breaks {sorted(mutant.by)}")


def test_there_are_enough_bugs_and_every_invariant_has_one() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 12
    assert frozenset().union(*(mutant.by for mutant in MUTANTS)) == INVARIANTS
