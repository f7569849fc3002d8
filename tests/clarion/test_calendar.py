"""``clarion calendar``: what other programs read in the files, day by day."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from campaigns import open_library
from tests.conftest import Command
from tests.node import packages

START = "2024-01-01"
YEARS = range(2024, 2041)
UNTIL = "2060-01-01"
READER = Path(packages.__file__).with_name("days.mjs")


def read(file: Path) -> dict[str, Any]:
    """The file as ical.js understands it, the library that Thunderbird reads calendars with."""
    found = packages.folder("calendars in another program")
    done = subprocess.run(
        ["node", READER, file, found, UNTIL],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def in_fr(folder: Path) -> Path:
    return folder / "calendars" / "clarion-days-fr-fr.ics"


def observances(workspace: Path, *records: str) -> None:
    """Write the workspace's own days over those that ship."""
    text = "observances:\n" + "".join(f"  - {{{record}}}\n" for record in records)
    (workspace / "campaigns" / "observances.yaml").write_text(text, "utf-8")


def record(name: str, rule: str, more: str = "") -> str:
    told = 'proclaimed_by: "-", source: "-", confidence: knowledge'
    return f'id: {name}, name: "X", rule: "{rule}", {told}{more}'


def dates(of: Any, name: str, years: range = YEARS) -> list[str]:
    return [of[name].in_year(year).isoformat() for year in years]


def test_another_program_finds_each_day_of_seventeen_years(
    workspace: Path, clarion: Command
) -> None:
    clarion("calendar", "--society", "fr", "--after", START, "--years", "17")
    found = read(in_fr(workspace))
    days = dict(open_library().observances)
    single = [found["entries"].pop(f"{year}-sid-fr-fr@days.clarion") for year in YEARS]
    assert [entry["days"] for entry in single] == [[day] for day in dates(days, "sid")]
    assert [entry["days"] for entry in single[3:7]] == [
        ["2027-02-09"], ["2028-02-08"], ["2029-02-06"], ["2030-02-05"],
    ]  # fmt: skip
    del days["sid"]
    for name in days:
        entry = found["entries"].pop(f"{name}-fr-fr@days.clarion")
        assert entry["days"] == dates(days, name), name
        assert entry["language"] == "fr"
    assert found["entries"] == {}
    told = single[0]
    assert told["summary"] == "Journée mondiale pour un Internet plus sûr"
    assert "Insafe and INHOPE" in told["description"]
    assert "six of which fit the rule" in told["description"]


@pytest.mark.parametrize("moved", [2024, 2030, 2040])
def test_a_day_that_was_moved_once_is_moved_in_that_year_only(
    workspace: Path, clarion: Command, moved: int
) -> None:
    rule = "FREQ=YEARLY;BYMONTH=9;BYDAY=2SA"
    observances(
        workspace, record("first-aid", rule, f', overrides: {{"{moved}": "{moved}-03-03"}}')
    )
    clarion("calendar", "--society", "fr", "--after", START, "--years", "17")
    entry = read(in_fr(workspace))["entries"]["first-aid-fr-fr@days.clarion"]
    days = open_library(workspace).observances
    assert sorted(entry["days"]) == dates(days, "first-aid")
    assert f"{moved}-03-03" in entry["days"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYDAY=TU;BYMONTHDAY=5,6,7,8,9,10,11",  # more than Outlook knows
        "FREQ=YEARLY;BYEASTER=-2",  # no part of RFC 5545
        "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30,31",  # the first of two
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=7;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    ],
)
def test_a_rule_that_programs_read_otherwise_becomes_an_entry_a_year(
    workspace: Path, clarion: Command, rule: str
) -> None:
    observances(workspace, record("sid", rule, ', overrides: {"2030": "2030-01-02"}'))
    clarion("calendar", "--society", "fr", "--after", START, "--years", "17")
    entries = read(in_fr(workspace))["entries"]
    found = [f"{year}-sid-fr-fr@days.clarion" for year in YEARS]
    days = open_library(workspace).observances
    assert [entries[uid]["days"] for uid in found] == [[day] for day in dates(days, "sid")]


def test_the_same_content_gives_the_same_bytes_and_another_year_the_same_entries(
    workspace: Path, clarion: Command
) -> None:
    def written(*words: str) -> bytes:
        clarion("calendar", "--society", "lb", "--locale", "ar", *words)
        return (workspace / "calendars" / "clarion-days-lb-ar.ics").read_bytes()

    first = written("--after", "2027-01-01")
    assert written("--after", "2027-12-31") == first
    later = written("--after", "2028-01-01")
    assert later != first
    gone, come = set(uids(first)) - set(uids(later)), set(uids(later)) - set(uids(first))
    assert gone == {"UID:2027-sid-lb-ar@days.clarion"}
    assert come == {"UID:2037-sid-lb-ar@days.clarion"}
    assert len(set(uids(first))) == len(uids(first))


def uids(content: bytes) -> list[str]:
    return [line for line in content.decode("utf-8").splitlines() if line.startswith("UID:")]


def test_lines_are_folded_by_octets_and_never_inside_a_letter(
    workspace: Path, clarion: Command
) -> None:
    clarion("calendar", "--society", "lb", "--society", "gr", "--after", START)
    files = sorted((workspace / "calendars").iterdir())
    assert [file.name for file in files] == [
        "clarion-days-gr-el.ics", "clarion-days-lb-ar.ics", "clarion-days-lb-fr.ics",
    ]  # fmt: skip
    for file in files:
        lines = file.read_bytes().split(b"\r\n")
        assert lines.pop() == b""
        assert max(map(len, lines)) <= 75
        assert all(line.decode("utf-8") for line in lines)
        assert not any(b"\n" in line or b"\r" in line for line in lines)


def rename(workspace: Path, new: str, *, fuzzy: bool = False) -> None:
    """The name of Safer Internet Day, otherwise, in a French catalogue of the workspace's own."""
    shipped = Path(open_library().folders[0]).parent / "locales" / "fr" / "LC_MESSAGES"
    text = (shipped / "shared.po").read_text("utf-8")
    old = 'msgstr "Journée mondiale pour un Internet plus sûr"'
    assert old in text
    text = text.replace(old, f"msgstr {json.dumps(new, ensure_ascii=False)}")
    if fuzzy:
        text = text.replace('msgctxt "days.sid"', '#, fuzzy\nmsgctxt "days.sid"')
    target = workspace / "locales" / "fr" / "LC_MESSAGES" / "shared.po"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "Jour, sûr; enfin: l’internet",
        r"Jour \n \, sûr\; \\",
        "BEGIN:VEVENT Jour END:VEVENT",
        "Un jour " + "très " * 20 + "sûr",
        "Jour 😀🏽" + "é" * 60,
    ],
)
def test_a_name_comes_out_as_it_went_in(workspace: Path, clarion: Command, name: str) -> None:
    rename(workspace, name)
    done = clarion("calendar", "--society", "fr", "--after", START, "--json")
    entries = read(in_fr(workspace))["entries"]
    assert done.value["calendars"][0]["left_out"] == []
    assert entries["2030-sid-fr-fr@days.clarion"]["summary"] == name


def test_a_society_s_name_on_two_lines_is_one(workspace: Path, clarion: Command) -> None:
    two = SOCIETIES.replace('"One, ', '"A\\r\\nATTENDEE:x ')
    (workspace / "campaigns" / "societies.yaml").write_text(two, "utf-8")
    settings = workspace / "clarion.toml"
    settings.write_text(settings.read_text("utf-8").replace('["mt"]', '["one"]'), "utf-8")
    assert clarion("calendar", "--locale", "fr", "--after", START).code == 0
    [file] = (workspace / "calendars").glob("*-fr.ics")
    assert b"\nATTENDEE" not in file.read_bytes()
    assert b"A ATTENDEE:x" in file.read_bytes()


@pytest.mark.parametrize(("name", "fuzzy"), [("", False), ("Jour sûr", True), ("\u2067x", False)])
def test_a_day_without_a_sound_name_is_left_out_and_said(
    workspace: Path, clarion: Command, name: str, fuzzy: bool
) -> None:
    rename(workspace, name, fuzzy=fuzzy)
    done = clarion("calendar", "--society", "fr", "--after", START, "--json")
    assert (done.code, done.err) == (0, "fr fr: left out, not translated: sid\n")
    [made] = done.value["calendars"]
    assert made["left_out"] == ["sid"]
    assert made["entries"] == len(open_library().observances) - 1
    assert b"sid-fr-fr" not in in_fr(workspace).read_bytes()


def test_a_language_nobody_translated_has_no_file(workspace: Path, clarion: Command) -> None:
    (workspace / "campaigns" / "societies.yaml").write_text(SOCIETIES, "utf-8")
    settings = workspace / "clarion.toml"
    settings.write_text(settings.read_text("utf-8").replace('["mt"]', '["one"]'), "utf-8")
    done = clarion("calendar", "--after", START, "--json")
    assert done.code == 0
    assert done.err == "one gd: nobody has translated the names of days\n"
    assert [made["locale"] for made in done.value["calendars"]] == ["fr_CH"]
    found = read(workspace / "calendars" / "clarion-days-one-fr_CH.ics")
    assert found["name"] == "One, & <Only> · Clarion"
    entry = found["entries"]["wdatip-one-fr_CH@days.clarion"]
    assert entry["language"] == "fr"  # the catalogue that speaks
    content = (workspace / "calendars" / "clarion-days-one-fr_CH.ics").read_text("utf-8")
    assert "NAME;LANGUAGE=en:" in content  # it has no name in French


SOCIETIES = """\
societies:
  - id: one
    names: {en: "One, & <Only>"}
    emblem: cross
    locales: [fr_CH, gd]
    formats: {fr_CH: fr_CH, gd: gd_GB}
    timezone: Europe/Zurich
    weekend: [sat, sun]
    channels: [{id: c1, platform: folder, locale: fr_CH}]
"""


def test_a_language_that_was_asked_for_and_is_not_there_is_an_error(clarion: Command) -> None:
    done = clarion("calendar", "--society", "fr", "--locale", "xx")
    assert done.complaint.startswith("locale xx has no names of days; choose one of ")


def test_another_language_than_the_society_s_own_may_be_asked_for(
    workspace: Path, clarion: Command
) -> None:
    clarion("calendar", "--society", "fr", "--locale", "en_GB", "--after", START)
    content = (workspace / "calendars" / "clarion-days-fr-en_GB.ics").read_text("utf-8")
    assert "SUMMARY;LANGUAGE=en-GB:Safer Internet Day\n" in content


def test_only_the_days_of_the_campaigns_that_are_named(workspace: Path, clarion: Command) -> None:
    done = clarion("calendar", "--society", "fr", "--campaign", "our-first-campaign", "--json")
    assert [made["entries"] for made in done.value["calendars"]] == [1]
    assert uids(in_fr(workspace).read_bytes()) == ["UID:wdatip-fr-fr@days.clarion"]


def test_planned_posts_are_where_the_plan_has_them(workspace: Path, clarion: Command) -> None:
    clarion("calendar", "--posts", "--after", START)
    found = read(workspace / "calendars" / "clarion-days-mt-en_GB.ics")["entries"]
    every = clarion("plan", "--for", START, "--json").value["deliveries"]
    planned = [one for one in every if one["locale"] == "en_GB"]
    assert len(planned) >= 3
    posts = {uid: entry for uid, entry in found.items() if uid.endswith("@posts.clarion")}
    assert {uid.partition("@")[0]: entry["days"] for uid, entry in posts.items()} == {
        one["id"]: [one["utc_time"].replace("+00:00", "Z")] for one in planned
    }
    for one in planned:
        entry = posts[f"{one['id']}@posts.clarion"]
        assert entry["summary"].endswith(f": {one['card']}")
        assert entry["language"] == "en-GB"
        assert (
            f"Local time: {one['wall_time'].replace('T', ' ')} Europe/Malta" in entry["description"]
        )


def test_posts_whose_campaign_has_no_name_in_the_language_are_left_out(
    workspace: Path, clarion: Command
) -> None:
    done = clarion("calendar", "--society", "fr", "--posts", "--after", START)
    assert (done.code, done.err) == (
        0, "fr fr: left out, not translated: posts of our-first-campaign\n",
    )  # fmt: skip
    assert b"@posts.clarion" not in in_fr(workspace).read_bytes()


def test_what_cannot_be_written_is_said_in_one_line(workspace: Path, clarion: Command) -> None:
    (workspace / "taken").write_text("a file", "utf-8")
    done = clarion("calendar", "--society", "fr", "--output", workspace / "taken")
    assert "taken" in done.complaint
    assert "choose another folder" in done.complaint


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_year_that_no_calendar_holds_is_refused(clarion: Command, day: str) -> None:
    done = clarion("calendar", "--society", "fr", "--after", day)
    assert done.complaint == f"{day} is too far away; choose a year from 1900 to 2999"


def test_a_file_may_be_written_over(workspace: Path, clarion: Command) -> None:
    in_fr(workspace).parent.mkdir()
    in_fr(workspace).write_text("something else", "utf-8")
    clarion("calendar", "--society", "fr", "--after", date.today().isoformat())
    assert in_fr(workspace).read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert [file.name for file in in_fr(workspace).parent.iterdir()] == [in_fr(workspace).name]
