"""No number that two people have not verified reaches anything that leaves a workspace."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campaigns import open_library
from tests.conftest import Command

SHIPPED = open_library()
UNKNOWN = [
    line
    for line in SHIPPED.referrals.values()
    if line.status == "unknown" and sum(sign.isdigit() for sign in line.display) >= 7
]
"""Those whose number is long enough not to stand somewhere by chance."""

NUMBERS = {line.id: r"\D{0,3}".join(re.findall(r"\d", line.display)) for line in UNKNOWN}

COMMANDS = (
    "check", "build --sheet", "pack --after 2027-07-01 -f square", "plan --for 2027-07-30",
    "status --json", "rehearse --for 2027-07-30 --assume-approved", "referrals --json",
    "doctor --for 2027-07-30", "calendar --posts --after 2027-07-01",
)  # fmt: skip

SOCIETIES = """\
societies:
  - id: pt
    names: {{en: Portuguese Red Cross}}
    emblem: cross
    locales: [en_GB]
    formats: {{en_GB: en_GB}}
    timezone: Europe/Lisbon
    weekend: [sat, sun]
    helplines: [{names}]
    channels: [{{id: c1, platform: folder, locale: en_GB}}]
"""
VERIFIED = """\
referrals:
  - id: pt-helpline
    territory: PT
    type: helpline
    name: A line
    display: "{display}"
    operator: Somebody
    operator_type: ngo
    purpose: support
    shares_with_authorities: "no"
    evidence: [{{what: a page, kind: operator, seen_on: "2027-07-20"}}]
    verified_on: "2027-07-20"
    verified_by: [one, two]
    method: test call
    status: active
"""


def everything(place: Path) -> Iterator[tuple[str, bytes]]:
    """The content of all files of a workspace but its registers, packed ones unpacked."""
    for file in sorted(place.rglob("*")):
        if not file.is_file() or file.parent == place / "campaigns":
            continue
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as packed:
                yield from ((f"{file}/{name}", packed.read(name)) for name in packed.namelist())
        else:
            raw = file.read_bytes()
            yield str(file), gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw


def seen(content: bytes) -> set[str]:
    """The records whose number stands there, its digits parted or not by whatever signs."""
    text = re.sub(r"\\u[0-9a-f]{4}", " ", content.decode("utf-8", "replace"))
    return {line.id for line in UNKNOWN if re.search(NUMBERS[line.id], text)}


@pytest.fixture
def made(workspace: Path, clarion: Command) -> Callable[[], dict[str, set[str]]]:
    """Make everything there is for a society that names all records; where numbers are seen."""
    names = ", ".join(line.id for line in UNKNOWN)
    (workspace / "campaigns" / "societies.yaml").write_text(SOCIETIES.format(names=names), "utf-8")
    (workspace / "clarion.toml").write_text(
        'campaigns = ["our-first-campaign"]\nsocieties = ["pt"]\nsample_helpline = true\n', "utf-8"
    )

    def run() -> dict[str, set[str]]:
        said = []
        for words in COMMANDS:
            done = clarion(*words.split())
            assert done.code in (0, 1), done
            said.append((f"clarion {words}", (done.out + done.err).encode()))
        found = {name: seen(content) for name, content in (*said, *everything(workspace))}
        return {name: ids for name, ids in found.items() if ids}

    return run


def test_a_number_nobody_verified_is_nowhere(made: Callable[[], dict[str, set[str]]]) -> None:
    assert {line.id for line in UNKNOWN} >= {"pt-helpline", "gb-helpline", "md-helpline"}
    assert made() == {}


def test_a_verified_number_is_where_this_test_looks(
    workspace: Path, made: Callable[[], dict[str, set[str]]]
) -> None:
    """Otherwise the test above would prove nothing."""
    display = SHIPPED.referrals["pt-helpline"].display
    (workspace / "campaigns" / "referrals.yaml").write_text(
        VERIFIED.format(display=display), "utf-8"
    )
    found = made()
    assert {name for ids in found.values() for name in ids} == {"pt-helpline"}
    for part in (
        "clarion referrals",
        ".zip/",
        "ours/clarion.sqlite",
        "/rehearsal/",
    ):
        assert any(part in name for name in found), (part, sorted(found))
