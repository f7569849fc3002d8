"""Every publisher through every fault: exactly one post, or a person is asked where nobody can
tell; never two, and never lost without a word. The table is written to `build/lossy-table.md`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.delivery import State
from tests.project import ROOT
from tests.publishers.labs import HOUSES
from tests.publishers.lossy_table import Outcome, markdown, outcomes

# apprise asks for a module that Python 3.11 and 3.12 still have, and warn of.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, list[Outcome]]]:
    found: dict[str, list[Outcome]] = {}
    yield found
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "lossy-table.md").write_text(markdown(found), "utf-8")
    print("\n" + markdown(found))


@pytest.mark.parametrize("kind", HOUSES)
def test_no_fault_makes_two_posts_or_loses_one(
    kind: str, table: dict[str, list[Outcome]], tmp_path: Path
) -> None:
    table[kind] = outcomes(HOUSES[kind], tmp_path)
    assert [problem for one in table[kind] for problem in one.problems()] == []
    assert any(one.posts for one in table[kind])


def test_every_lab_is_in_the_table() -> None:
    labs = {file.stem.removeprefix("lab_") for file in Path(__file__).parent.glob("lab_*.py")}
    assert labs - {kind.partition(",")[0] for kind in HOUSES} == set()


def test_the_table_can_fail(tmp_path: Path) -> None:
    [one] = [o for o in outcomes(HOUSES["memory, nothing"], tmp_path) if o.fault == "answer lost"]
    assert one.words == "a person is asked; it is there"
    assert one.problems() == []
    assert replace(one, posts=2).problems() == ["answer lost: 2 posts"]
    assert "without need" in replace(one, askable=True).problems()[0]
    for state, posts, said in (
        (State.POSTED, 0, "is not there"),
        (State.FAILED, 1, "is there"),
        (State.MISSED, 0, "lost silently"),
        (State.RETRY_WAIT, 0, "lost silently"),
    ):
        wrong = replace(one, entry=replace(one.entry, state=state), posts=posts)
        assert [said in problem for problem in wrong.problems()] == [True]
