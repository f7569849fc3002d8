"""The contract suite can fail: a good publisher keeps it, and each bad one is caught by a test."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from publishers.testing.contract import HttpContract, RenewalContract, UploadContract
from tests.project import ROOT
from tests.publishers import bad_boards
from tests.publishers.noticeboard import NoticeboardLab, noticeboard


class TestNoticeboard(HttpContract, UploadContract, RenewalContract):
    @pytest.fixture(params=["keyed", "read back"])
    def lab(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NoticeboardLab]:
        with noticeboard(tmp_path, keyed=request.param == "keyed") as lab:
            yield lab


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Bad publisher and test, for each test that failed."""
    report = tmp_path_factory.mktemp("bites") / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no"]
    command += [f"--junitxml={report}", str(Path(bad_boards.__file__))]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300, check=False)
    found = set()
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.get("classname", "").rpartition(".Test")[2]
        assert case.find("error") is None, (name, case.get("name"))
        if case.find("failure") is not None:
            found.add((name, case.get("name", "").partition("[")[0]))
    return found


@pytest.mark.parametrize("bad", bad_boards.BITES, ids=lambda bad: bad.__name__)
def test_a_bad_publisher_is_caught(bad: type, failures: set[tuple[str, str]]) -> None:
    tests = bad_boards.BITES[bad]
    assert [test for test in tests if (bad.__name__, test) not in failures] == []


def test_the_page_quotes_what_is_tested() -> None:
    page = (ROOT / "docs/howto/add-a-publisher.md").read_text("utf-8")
    files = [Path(__file__), Path(__file__).parent / "noticeboard.py"]
    tested = "\n".join(file.read_text("utf-8") for file in files)
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)
    assert len(blocks) == 5
    assert [block for block in blocks if block not in tested] == []
