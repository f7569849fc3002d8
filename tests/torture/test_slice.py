"""A slice of the kill matrix: the whole way with real processes, in half a minute."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import postgres
from tests.torture.cells import ACCOUNTS, CELLS, chosen
from tests.torture.checker import Counts
from tests.torture.run import Outcome
from tests.torture.supervisor import ROOT

EMBEDDED = ["sqlite-2-kill", "sqlite-1-lock"]
OUTGROWN = ["postgres-2-kill", "postgres-1-database"]
STRIKES = {"kill": "kills", "lock": "locks", "database": "server kills"}
EACH = 4 * len(ACCOUNTS)


def test_nothing_is_lost_and_nothing_goes_out_twice(tmp_path: Path) -> None:
    names = EMBEDDED + ([] if postgres.missing() else OUTGROWN)
    words = ["--cells", ",".join(names), "--deliveries", str(EACH * len(names)), "--jobs", "4"]
    words += ["--span", "6", "--hold", "4", "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in names:
        raw = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))
        _accounted_for(Outcome.of_json(raw))


def _accounted_for(outcome: Outcome) -> None:
    whole = Counts()
    for counts in outcome.report.counts.values():
        whole.add(counts)
    assert len(outcome.report.counts) == len(ACCOUNTS)
    assert whole.planned == EACH == whole.delivered + whole.flagged + whole.missed
    assert (whole.lost, whole.duplicated, whole.early, whole.late) == (0, 0, 0, 0)
    assert whole.hit > 0, "the platform did nothing to anybody"
    what = STRIKES[outcome.cell.rpartition("-")[2]]
    assert outcome.done.get(what, 0) > 0, f"{outcome.cell}: nothing happened"
    assert outcome.clean, "a node did not end well"


def test_the_matrix_is_whole() -> None:
    assert len(CELLS) * len(ACCOUNTS) == 2 * 2 * 5 * 5 * 3
    assert chosen("") == list(CELLS)
    assert [cell.name for cell in chosen("sqlite-1-kill,postgres-2-l")] == [
        "sqlite-1-kill",
        "postgres-2-lock",
    ]
