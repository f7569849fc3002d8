"""Whatever a person gets wrong ends in one line with the way out; nothing they wrote is touched.

A case damages a workspace, runs commands and compares every file of the workspace with what it was.
An error the command does not explain comes out of the fixture as it is, and fails the test.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Command

CAMPAIGN = "campaigns/our-first-campaign/campaign.yaml"
SOCIETIES = "campaigns/societies.yaml"
CATALOGUE = "locales/en_GB/LC_MESSAGES/our-first-campaign.po"
MADE = {
    "assets",
    "packs",
    "rehearsal",
    "clarion.sqlite",
    "clarion.sqlite-wal",
    "clarion.sqlite-shm",
}

SOCIETY = """\
societies:
  - id: mt
    names: {en: Malta Red Cross Society}
    emblem: cross
    locales: [en_GB]
    formats: {en_GB: en_GB}
    timezone: Europe/Malta
    weekend: [sat, sun]
    helplines: []
    channels: [{id: c1, platform: folder, locale: en_GB}]
"""

Damage = Callable[[Path], None]


def replaced(name: str, old: str, new: str) -> Damage:
    """Put ``new`` where ``old`` stands in a file of the workspace."""

    def damage(workspace: Path) -> None:
        file = workspace / name
        text = file.read_text("utf-8")
        assert old in text, f"{name} no longer holds {old!r}"
        file.write_text(text.replace(old, new, 1), "utf-8")

    return damage


def written(name: str, text: str | bytes) -> Damage:
    """Write a file of the workspace anew."""

    def damage(workspace: Path) -> None:
        file = workspace / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    return damage


def society(old: str, new: str) -> Damage:
    """A society of one's own, with something wrong in it."""
    assert old in SOCIETY
    return written(SOCIETIES, SOCIETY.replace(old, new))


def kept(workspace: Path) -> dict[str, bytes]:
    """Everything in the workspace but what Clarion makes there itself."""
    return {
        file.relative_to(workspace).as_posix(): file.read_bytes()
        for file in sorted(workspace.rglob("*"))
        if file.is_file() and file.relative_to(workspace).parts[0] not in MADE
    }


UNREADABLE = [
    pytest.param(
        replaced(CAMPAIGN, "cards:", "cards: ]"),
        (f"{CAMPAIGN}:18: ", "is not valid YAML", "check indentation and quotes"),
        id="malformed YAML",
    ),
    pytest.param(
        written(CAMPAIGN, b"a" * 3_000_000),
        (f"{CAMPAIGN}: ", "is larger than 1024 KiB", "split the campaign into several"),
        id="huge YAML",
    ),
    pytest.param(
        written(CAMPAIGN, b"id: caf\xe9\n"),
        (f"{CAMPAIGN}:1: ", "is not UTF-8 text", "save the file as UTF-8"),
        id="another encoding",
    ),
    pytest.param(
        replaced(CAMPAIGN, "    sources: [S14]\n", ""),
        (f"{CAMPAIGN}:19: ", "cards.ask-first.sources: is missing", "add 'sources: [S01]'"),
        id="a card without source",
    ),
    pytest.param(
        replaced(CAMPAIGN, "[S14]", "[S99]"),
        (f"{CAMPAIGN}:19: ", "'S99' is not in sources.yaml", "add the record or mend the id"),
        id="a source that is not registered",
    ),
    pytest.param(
        replaced(CAMPAIGN, "kind: tip", "kind: tipp"),
        (f"{CAMPAIGN}:20: ", "'tipp' is not a kind of card", "use one of myth_fact, tip"),
        id="a kind that does not exist",
    ),
    pytest.param(
        society("locale: en_GB}", "locale: xx}"),
        (f"{SOCIETIES}:10: ", "'xx' is not a locale of the society", "use one of en_GB"),
        id="a channel in a locale the society does not have",
    ),
    pytest.param(
        society("formats: {en_GB: en_GB}", "formats: {}"),
        (f"{SOCIETIES}:6: ", "has no format locale for 'en_GB'", "add 'en_GB: en_GB_XX'"),
        id="a locale without formats",
    ),
    pytest.param(
        replaced(CATALOGUE, "nplurals=2", "nplurals=9"),
        (f"{CATALOGUE}:", "Plural-Forms has no usable nplurals", "write nplurals=2;"),
        id="a catalogue with a wrong plural count",
    ),
    pytest.param(
        replaced(CATALOGUE, 'msgstr "Our first', 'msgstr "Our "first'),
        (f"{CATALOGUE}:", "is not a line of a PO file", "check the keyword"),
        id="a catalogue with a broken line",
    ),
    pytest.param(
        written("clarion.toml", "societies = ["),
        ("clarion.toml: ", "mend the file"),
        id="broken settings",
    ),
    pytest.param(
        written("clarion.toml", 'formts = ["square"]\n'),
        ("clarion.toml: unknown setting 'formts'; did you mean 'formats'?",),
        id="a setting that does not exist",
    ),
    pytest.param(
        written("clarion.toml", 'workers = "2"\n'),
        ("clarion.toml: 'workers' must be a whole number",),
        id="a setting of the wrong type",
    ),
    pytest.param(
        written("clarion.toml", "workers = 65\n"),
        ("clarion.toml: 'workers' is 65; write 1 to 64",),
        id="a setting out of range",
    ),
    pytest.param(
        written("clarion.toml", 'societies = ["malta"]\n'),
        ("clarion.toml: 'societies': there is no society 'malta'; known are al, ",),
        id="an unknown society in the settings",
    ),
    pytest.param(
        written("clarion.toml", 'campaigns = ["ours"]\n'),
        ("clarion.toml: 'campaigns': there is no campaign 'ours'; known are myths-and-facts, ",),
        id="an unknown campaign in the settings",
    ),
]


@pytest.mark.parametrize(("damage", "fragments"), UNREADABLE)
def test_what_cannot_be_read_stops_every_command_with_one_line(
    workspace: Path, clarion: Command, damage: Damage, fragments: tuple[str, ...]
) -> None:
    damage(workspace)
    before = kept(workspace)
    for words in (("build",), ("plan",), ("pack",), ("messages", "status")):
        complaint = clarion(*words).complaint
        assert all(fragment in complaint for fragment in fragments), complaint
    assert kept(workspace) == before


@pytest.mark.parametrize(("damage", "fragments"), UNREADABLE)
def test_check_says_the_same(
    workspace: Path, clarion: Command, damage: Damage, fragments: tuple[str, ...]
) -> None:
    damage(workspace)
    done = clarion("check")
    assert done.code == 1
    said = [line for line in (done.out + done.err).splitlines() if "warning" not in line]
    place, *rest = fragments
    [line] = [one for one in said if place in one]
    assert all(fragment in line for fragment in rest), said


FINDINGS = [
    pytest.param(
        replaced(CATALOGUE, 'msgstr "It only', 'msgstr "It {only}'),
        "error placeholder where-it-happens.myth: placeholders lost: none; added: {only}; use",
        id="a translation with a placeholder of its own",
    ),
    pytest.param(
        replaced(CAMPAIGN, '"It only happens far away."', '"It only happens to 7 people."'),
        "error number-in-text where-it-happens.myth: holds a number of its own; take it from",
        id="a number of its own",
    ),
    pytest.param(
        society("timezone: Europe/Malta", "timezone: Europe/Valletta"),
        "error zone mt.timezone: 'Europe/Valletta' is not a time zone",
        id="a time zone that does not exist",
    ),
    pytest.param(
        society("formats: {en_GB: en_GB}", "formats: {en_GB: xx_MT}"),
        "error format-locale mt.formats: CLDR knows no locale 'xx_MT'; choose a near one",
        id="a format locale that does not exist",
    ),
    pytest.param(
        society("helplines: []", "brand: {logo: logo.png}"),
        "error logo mt.logo: ",
        id="a logo that is not there",
    ),
    pytest.param(
        society("platform: folder", "platform: pigeon"),
        "error channel mt.channels.c1: there is no publisher 'pigeon'; installed are apprise, ",
        id="a platform that does not exist",
    ),
    pytest.param(
        society("locale: en_GB}", "locale: en_GB, settings: {format: round}}"),
        "error channel-format mt.channels.c1: there is no format 'round'; use one of square, ",
        id="a picture format that does not exist",
    ),
    pytest.param(
        society("locale: en_GB}", "locale: en_GB, caption: medium}"),
        "error channel-caption mt.channels.c1: there is no caption style 'medium'; add templates/",
        id="a caption style that does not exist",
    ),
    pytest.param(
        society("locale: en_GB}", "locale: en_GB, settings: {pth: there}}"),
        "error channel mt.channels.c1: channel c1: unknown setting 'pth'",
        id="a setting the publisher does not know",
    ),
    pytest.param(
        replaced(CAMPAIGN, "kind: tip", "kind: tip\n    layout: poster"),
        "error layout ask-first: no layout 'poster'; known are checklist, ",
        id="a layout that does not exist",
    ),
    pytest.param(
        written("templates/cards/tip.toml", '[[element]]\ntype = "rect"\n'),
        "templates/cards/tip.toml: ",
        id="a layout with a missing field",
    ),
]
LINE = pytest.param(  # its cards go out all the same, in the words for a society without a line
    society("helplines: []", "helplines: [line]"),
    "error helpline mt.helplines: 'line' is not in referrals.yaml; add the record",
    id="a helpline that is not registered",
)


@pytest.mark.parametrize(("damage", "finding"), [*FINDINGS, LINE])
def test_check_finds_what_would_hold_a_card(
    workspace: Path, clarion: Command, damage: Damage, finding: str
) -> None:
    damage(workspace)
    done = clarion("check")
    errors = [line for line in done.out.splitlines() if ": error " in line]
    assert (done.code, done.err) == (1, "")
    assert any(finding in line for line in errors), errors
    places = [re.sub(r"(:\d+)?: error .*", "", line) for line in errors]
    assert all((workspace / place).exists() for place in places), places
    value = clarion("check", "--json").value
    assert value["errors"] == len(errors)


@pytest.mark.parametrize(
    "damage", [case.values[0] for case in FINDINGS], ids=[case.id for case in FINDINGS]
)
def test_nothing_that_check_finds_is_planned_as_ready(
    workspace: Path, clarion: Command, damage: Damage
) -> None:
    """The plan refuses with one line, or holds the card with a reason; it never guesses."""
    damage(workspace)
    before = kept(workspace)
    done = clarion("plan", "--json")
    if done.code == 1:
        assert done.complaint
    else:
        ready = [one for one in done.value["deliveries"] if one["locale"] == "en_GB"]
        held = [one["reason"] for one in ready if one["state"] == "held"]
        assert held
        assert all(held)
    assert kept(workspace) == before


def _png(side: int) -> bytes:
    """The head of a PNG picture that says it is ``side`` pixels square, and few bytes of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"not a picture", "cannot be read as a picture", id="no image"),
        pytest.param(_png(60_000), "60,000,000 allowed; save a smaller picture", id="a bomb"),
        pytest.param(_png(1000), "cannot be read as a picture", id="cut off"),
        pytest.param(None, "cannot be read as a picture", id="missing"),
    ],
)
def test_a_photo_that_cannot_be_used_holds_its_card_only(
    workspace: Path, clarion: Command, data: bytes | None, problem: str
) -> None:
    file = workspace / CAMPAIGN
    text = file.read_text("utf-8")
    start, end = text.index("  - id: where-it-happens"), text.index("  - id: get-help")
    story = (
        "  - id: where-it-happens\n    kind: story\n    sources: [S01]\n    heading: A heading\n"
        '    composite: "yes"\n    body: A text.\n'
        "    photo: {file: photo.jpg, credit: somebody, origin: photograph,\n"
        "      depicts: [street], people: none}\n    photo_alt: A street.\n\n"
    )
    file.write_text(text[:start] + story + text[end:], "utf-8")
    if data is not None:
        (file.parent / "photo.jpg").write_bytes(data)
    assert clarion("messages", "update").code == 0
    checked = clarion("check")
    assert checked.code == 1
    assert f"error photo where-it-happens: {file.parent / 'photo.jpg'}: " in checked.out
    assert problem in checked.out
    built = clarion("build", "--json")
    assert built.code == 1
    assert (built.value["drawn"], built.value["failed"]) == (2, 1)
    assert problem in built.value["problems"][0]["problem"]
    planned = clarion("plan", "--json").value["deliveries"]
    [held] = [one for one in planned if one["state"] == "held" and one["locale"] == "en_GB"]
    assert held["card"] == "where-it-happens"
    assert problem in held["reason"]


@pytest.mark.parametrize(
    "words", [("build", "-s"), ("plan", "-s"), ("approve", "--as", "x", "-s"), ("status", "-s"),
              ("pack", "-s"), ("demo", "out", "-s")],
    ids=lambda words: words[0],
)  # fmt: skip
def test_an_unknown_society_is_named_with_those_that_are_known(
    workspace: Path, clarion: Command, words: tuple[str, ...]
) -> None:
    complaint = clarion(*words, "malta").complaint
    assert complaint.startswith("there is no society 'malta'; known are al, ")


@pytest.mark.parametrize(
    "words", [("check",), ("build",), ("plan",), ("approve", "--as", "x"), ("status",), ("pack",),
              ("messages", "update"), ("messages", "status")],
    ids=lambda words: " ".join(words[:2]),
)  # fmt: skip
def test_an_unknown_campaign_is_named_even_beside_a_known_one(
    workspace: Path, clarion: Command, words: tuple[str, ...]
) -> None:
    complaint = clarion(*words, "-c", "our-first-campaign", "-c", "ours").complaint
    assert complaint.startswith("there is no campaign 'ours'; known are myths-and-facts, ")


@pytest.mark.parametrize("command", ["build", "pack"])
def test_an_unknown_format_is_named_with_those_that_are_known(
    clarion: Command, command: str
) -> None:
    assert clarion(command, "-f", "round").complaint == (
        "there is no format 'round'; known are square, portrait, story, wide, link"
    )


@pytest.mark.parametrize("locale", ["xx", "sr@latin", "../..", ""])
def test_a_locale_that_does_not_exist_gets_no_catalogue(
    workspace: Path, clarion: Command, locale: str
) -> None:
    before = kept(workspace)
    complaint = clarion("messages", "update", "--locale", locale).complaint
    assert complaint.startswith(f"there is no locale '{locale}'; write one such as fr, ")
    assert kept(workspace) == before


@pytest.mark.parametrize(
    "words",
    [("check",), ("build",), ("plan",), ("approve", "--as", "x"), ("rehearse",), ("run", "--once"),
     ("status",), ("explain", "x"), ("stop", "all", "--as", "x"), ("resume", "all", "--as", "x"),
     ("pack",), ("messages", "update"), ("messages", "status"), ("doctor",)],
    ids=" ".join,
)  # fmt: skip
def test_a_folder_that_is_no_workspace_says_how_to_get_one(
    tmp_path: Path, clarion: Command, words: tuple[str, ...]
) -> None:
    nowhere = tmp_path / "nowhere"
    complaint = clarion(*words, "--workspace", nowhere).complaint
    assert complaint == (
        f"{nowhere}: no clarion.toml here; run 'clarion init FOLDER' or give --workspace FOLDER"
    )


@pytest.mark.parametrize("typed", ["65", "two", "²", "-1"])
def test_workers_from_the_environment_are_checked(
    clarion: Command, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setenv("CLARION_WORKERS", typed)
    assert clarion("build").complaint == (
        f"CLARION_WORKERS is '{typed}'; write a whole number from 1 to 64"
    )


def test_doctor_looks_at_the_installation_where_there_is_no_workspace(
    tmp_path: Path, clarion: Command
) -> None:
    done = clarion("doctor", "--json", at=tmp_path)
    assert done.code == 0
    assert {check["name"] for check in done.value["checks"]} >= {"python", "fonts", "time zones"}


def test_doctor_does_not_take_a_broken_workspace_for_none(
    workspace: Path, clarion: Command
) -> None:
    (workspace / "clarion.toml").write_text("[", "utf-8")
    assert "clarion.toml: " in clarion("doctor").complaint


def test_a_date_that_does_not_exist_is_wrong_usage(clarion: Command) -> None:
    done = clarion("plan", "--for", "2027-02-30")
    assert done.code == 2
    assert "'2027-02-30'" in done.err
