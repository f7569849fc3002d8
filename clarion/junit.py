"""Findings as JUnit XML, which build servers show beside their tests.

A suite for every file with findings, a test case for every error in it; warnings are the suite's
output. With no error at all there is one case, and it passes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from campaigns.review import Finding

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 may not hold, escaped or not."""


def junit(findings: Sequence[Finding]) -> bytes:
    """The report. What XML cannot hold becomes U+FFFD."""
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        by_file.setdefault(str(finding.place.file), []).append(finding)
    root = Xml.Element("testsuites", name="clarion check")
    for file, found in by_file.items():
        root.append(_suite(file, found))
    if not any(finding.level == "error" for finding in findings):
        suite = _with_counts(Xml.Element("testsuite", name="all content"), 1, 0)
        Xml.SubElement(suite, "testcase", classname="check", name="no errors", time="0")
        root.append(suite)
    total = sum(int(suite.get("tests", "0")) for suite in root)
    failed = sum(int(suite.get("failures", "0")) for suite in root)
    _with_counts(root, total, failed)
    Xml.indent(root)
    text: str = Xml.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _suite(file: str, found: Sequence[Finding]) -> Xml.Element:
    errors = [finding for finding in found if finding.level == "error"]
    suite = _with_counts(Xml.Element("testsuite", name=_legal(file)), len(errors), len(errors))
    for finding in errors:
        suite.append(_case(finding))
    if others := [str(finding) for finding in found if finding.level != "error"]:
        Xml.SubElement(suite, "system-out").text = _legal("\n".join(others))
    return suite


def _case(finding: Finding) -> Xml.Element:
    line = str(finding.place.line)
    name = _legal(f"{finding.field}: {finding.rule}")
    file = _legal(str(finding.place.file))
    case = Xml.Element(
        "testcase", classname=finding.rule, name=name, file=file, line=line, time="0"
    )
    failure = Xml.SubElement(case, "failure", type=finding.rule, message=_legal(finding.problem))
    failure.text = _legal("\n".join(filter(None, (str(finding), finding.why))))
    return case


def _with_counts(element: Xml.Element, tests: int, failures: int) -> Xml.Element:
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": 0, "time": 0}
    for name, count in counts.items():
        element.set(name, str(count))
    return element


def _legal(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
