"""The report is what build servers read: the usual elements, and counts that agree with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import Place
from campaigns.review import Finding
from clarion.junit import junit
from tests.conftest import Command

SHAPE = {
    "testsuites": ({"name"}, {"testsuite"}),
    "testsuite": ({"name"}, {"testcase", "system-out"}),
    "testcase": ({"name", "classname", "time"}, {"failure"}),
    "failure": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
"""Attributes that must be there, and elements that may stand inside."""
COUNTS = ("tests", "failures", "errors", "skipped")

LEVELS: Any = st.sampled_from(["error", "warning", "info"])


def valid(raw: bytes) -> Xml.Element:
    """The report, once its shape and its counts are as they should be."""
    assert raw.startswith(b"<?xml ")
    root = Xml.fromstring(raw)
    assert root.tag == "testsuites"
    for element in root.iter():
        wanted, inside = SHAPE[element.tag]
        assert wanted <= set(element.keys())
        assert {child.tag for child in element} <= inside
    for holder in (root, *root):
        cases = list(holder.iter("testcase"))
        failed = [case for case in cases if case.find("failure") is not None]
        counted = [int(holder.get(name, "-1")) for name in COUNTS]
        assert counted == [len(cases), len(failed), 0, 0]
    assert list(root.iter("testcase"))
    return root


def finding(level: Any, text: str = "is wrong", file: str = "fr.po") -> Finding:
    return Finding(Place(Path(file), 7), "rule", level, "a.fact", text, "mend it", "It matters.")


def test_errors_are_failures_and_warnings_are_output() -> None:
    found = [finding("error"), finding("warning", "is long"), finding("error", file="ar.po")]
    root = valid(junit(found))
    assert [suite.get("name") for suite in root] == ["fr.po", "ar.po"]
    failure = root[0].find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "is wrong"
    assert failure.text == "fr.po:7: error rule a.fact: is wrong; mend it\nIt matters."
    assert "is long" in (root[0].findtext("system-out") or "")
    assert (root.get("tests"), root.get("failures")) == ("2", "2")


def test_a_case_names_its_file_and_line() -> None:
    case = valid(junit([finding("error")])).find("testsuite/testcase")
    assert case is not None
    assert (case.get("file"), case.get("line")) == ("fr.po", "7")


@pytest.mark.parametrize("found", [[], [finding("warning")], [finding("info")]])
def test_without_an_error_there_is_one_case_and_it_passes(found: list[Finding]) -> None:
    root = valid(junit(found))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")


@given(
    found=st.lists(
        st.builds(
            finding,
            LEVELS,
            st.text(max_size=20),
            st.text(st.characters(blacklist_characters="\0"), min_size=1, max_size=9),
        ),
        max_size=6,
    )
)
def test_no_text_breaks_the_report(found: list[Finding]) -> None:
    valid(junit(found))


def test_the_command_writes_it(workspace: Path, clarion: Command) -> None:
    file = workspace / "report.xml"
    done = clarion("check", "--junit", file)
    root = valid(file.read_bytes())
    errors = clarion("check", "--json").value["errors"]
    assert root.get("failures") == str(errors)
    assert "report.xml" in done.err
    assert "report.xml" not in done.out


def test_a_report_that_cannot_be_written_is_said_in_a_line(
    workspace: Path, clarion: Command
) -> None:
    complaint = clarion("check", "--junit", workspace / "nowhere" / "report.xml").complaint
    assert "nowhere" in complaint
    assert "a folder that exists" in complaint
