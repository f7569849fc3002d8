"""Whatever the platform does, wherever a runner ends, whoever acts in between: nothing is lost,
nothing is doubled, and what is in doubt is asked."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from publishers.port import Idempotency
from tests.simulation.explore import NARROW, WIDE, Bounds, Report, Share, explore, explored
from tests.simulation.schedule import Schedule, again
from tests.simulation.store import Shelf
from tests.simulation.tally import tell

LEAST = 40_000
CLASSES = (Idempotency.NATIVE, Idempotency.READBACK, Idempotency.NONE)
ALL = Bounds(reach=(13, 1, 1), act_reach=(1, 0))
"""All ordered pairs of faults, each with an end of a runner at every place and a second one at the
next; more where less goes wrong, and everything others may do at every step."""
FEWER = Bounds(reach=(2, 0), act_reach=(0,))
TINY = Bounds(reach=(1,), act_reach=(1,))
SHARES = [Share(one, WIDE, ALL) for one in CLASSES] + [Share(one, NARROW, FEWER) for one in CLASSES]


@pytest.fixture(scope="module")
def reports(request: pytest.FixtureRequest) -> list[Report]:
    """Every share explored, two at a time."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(explored, SHARES))
    ends: Counter[str] = sum((one.ends for one in found), Counter())
    tell(
        request.config,
        f"simulation: {total(found):,} distinct schedules run over SQLite"
        f" ({sum(one.transactions for one in found):,} distinct transactions),"
        f" {sum(len(one.found) for one in found)} broke an invariant; they ended "
        + ", ".join(f"{end} {count:,}" for end, count in ends.most_common()),
    )
    return found


def total(reports: list[Report]) -> int:
    """How many schedules were run."""
    return sum(one.schedules for one in reports)


def test_no_schedule_breaks_an_invariant(reports: list[Report]) -> None:
    found = [one for report in reports for one in report.found]
    found.sort(key=lambda one: (len(one.schedule.disturbances), len(one.schedule.tape)))
    assert not found, f"{len(found)} schedules; the shortest:\n{found[0].words()}"


def test_there_are_enough_of_them(reports: list[Report]) -> None:
    assert total(reports) >= LEAST


def test_each_class_comes_to_every_end_there_is(reports: list[Report]) -> None:
    ends = {"posted", "failed", "missed", "needs_human", "planned", "held"}
    for share, report in zip(SHARES, reports, strict=True):
        assert set(report.ends) == ends, share


def test_what_cannot_be_looked_up_is_asked_far_more_often(reports: list[Report]) -> None:
    asked = {
        share.idempotency: report.ends["needs_human"] / report.schedules
        for share, report in zip(SHARES, reports, strict=True)
        if share.window == WIDE
    }
    assert asked[Idempotency.NONE] > 2 * max(asked[Idempotency.NATIVE], asked[Idempotency.READBACK])


@pytest.mark.usefixtures("_quiet")
def test_what_was_remembered_is_what_the_store_does(
    reports: list[Report], own_shelf: Shelf
) -> None:
    samples = [sample for report in reports for sample in report.samples]
    assert len(samples) >= 20
    for schedule, trace in samples:
        assert again(own_shelf, schedule) == trace, schedule.words()


@pytest.mark.usefixtures("_quiet")
def test_no_schedule_is_counted_twice(own_shelf: Shelf) -> None:
    seen: Counter[Schedule] = Counter()
    report = explore(
        own_shelf, Share(Idempotency.READBACK, WIDE, TINY), told=lambda s: seen.update([s])
    )
    assert seen.total() == report.schedules == len(seen)
