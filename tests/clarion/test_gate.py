"""The last look: what was true at the approval is asked again at the moment of posting.

The ledger, the files and the gate are the real ones; time stands still and the platform is the
shipped one in memory.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarion.gate import Gate
from clarion.messages import update_workspace
from clarion.planning import plan_workspace
from clarion.settings import load_settings
from clarion.wiring import Studio
from publishers.memory import MemoryPlatform, MemoryPublisher
from publishers.port import Idempotency
from scheduler.adapters.inline import InlineExecutor
from scheduler.adapters.manual_clock import ManualClock, ManualTime
from scheduler.deliver import Deliver
from scheduler.delivery import Entry, State
from scheduler.runner import Runner
from scheduler.zones import zone
from tests.acceptance.today import mark_reviewed

DAY = date(2027, 7, 30)
DUE = datetime(2027, 7, 30, 7, 0, tzinfo=UTC)  # 09:00 in Malta
BEFORE = DUE - timedelta(days=20)
CAMPAIGN = "campaigns/our-first-campaign/campaign.yaml"
CATALOGUE = "locales/en_GB/LC_MESSAGES/our-first-campaign.po"

SOCIETIES = """\
societies:
  - id: mt
    names: {en: Malta Red Cross Society}
    emblem: cross
    locales: [en_GB]
    formats: {en_GB: en_GB}
    timezone: Europe/Malta
    weekend: [sat, sun]
    helplines: [line, spare]
    channels: [{id: c1, platform: memory, locale: en_GB}]
"""
REFERRALS = """\
referrals:
  - {id: line, territory: MT, type: helpline, name: A line, display: "1770", operator: Somebody,
     operator_type: ngo, purpose: support, shares_with_authorities: "no",
     evidence: [{what: page, kind: operator, seen_on: 2027-07-01}], verified_on: 2027-07-01,
     verified_by: [one, two], method: test call, status: active}
  - {id: spare, territory: MT, type: helpline, name: Another, display: "1771", operator: Somebody,
     operator_type: ngo, purpose: support, shares_with_authorities: "no",
     evidence: [{what: page, kind: operator, seen_on: 2027-07-01}], verified_on: 2027-07-01,
     verified_by: [one, two], method: test call, status: suspended}
"""
FIGURES = """\
figures:
  - {id: OWN, value: "50", unit: percent, counts: people asked, year: "2026", source: S01,
     review_by: 2027-12-31, grade: primary}
"""
CARD = """\
  - id: figure
    kind: statistic
    sources: [S01]
    figures: {figure: OWN}
    lead: "In {year}"
    value: "{figure}"
    body: "of the people who were asked."
"""
CARDS = {"where-it-happens", "get-help", "figure"}


@pytest.fixture(scope="module")
def approved(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose three cards of the day are planned and approved, twenty days before."""
    place = Path(shutil.copytree(starter, tmp_path_factory.mktemp("gate") / "ours"))
    registers = place / "campaigns"
    (registers / "societies.yaml").write_text(SOCIETIES, "utf-8")
    (registers / "referrals.yaml").write_text(REFERRALS, "utf-8")
    (registers / "figures.yaml").write_text(FIGURES, "utf-8")
    file = place / CAMPAIGN
    text = file.read_text("utf-8").replace('    "-1": [ask-first]\n', "")
    text = text.replace("[where-it-happens, get-help]", f"[{', '.join(sorted(CARDS))}]")
    file.write_text(f"{text}\n{CARD}", "utf-8")
    _settings(place, sample=False)
    with closing(Studio(load_settings(place))) as studio:
        update_workspace(studio, ("en_GB",), ())
    mark_reviewed(place)
    _plan(place)
    return place


@pytest.fixture
def place(approved: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(approved, tmp_path / "ours"))


@pytest.fixture
def edit(place: Path) -> Callable[[str, str, str], None]:
    """Change a file between the approval and the posting."""

    def change(name: str, old: str, new: str) -> None:
        file = place / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    return change


def _take_back(place: Path, name: str) -> None:
    """What the second editor signed in a catalogue is signed by nobody any more."""
    file = place / f"locales/en_GB/LC_MESSAGES/{name}.po"
    text = file.read_text("utf-8")
    assert "; reviewed by second-editor" in text
    file.write_text(text.replace("; reviewed by second-editor", ""), "utf-8")


def _settings(place: Path, *, sample: bool) -> None:
    word = "true" if sample else "false"
    chosen = 'campaigns = ["our-first-campaign"]\nsocieties = ["mt"]\n'
    (place / "clarion.toml").write_text(f"{chosen}sample_helpline = {word}\n", "utf-8")


def _plan(place: Path) -> None:
    with closing(Studio(load_settings(place))) as studio:
        entries, _ = plan_workspace(studio, (), (), DAY, BEFORE)
        ids = [entry.id for entry in entries]
        assert {entry.delivery.card for entry in entries} == CARDS
        assert all(decision.granted for decision in studio.ledger.approve(ids, "editor", BEFORE))


def post(
    place: Path, meanwhile: Callable[[], None] = lambda: None, *, rehearsal: bool = False
) -> tuple[set[str], dict[str, Entry]]:
    """Let the moment come: the cards a visitor sees, and every entry by its card.

    ``meanwhile`` happens while the runner waits, with everything read and open.
    """
    platform = MemoryPlatform(Idempotency.NATIVE)
    publisher = MemoryPublisher("c1", {}, place, platform=platform)
    time = ManualTime(DUE - timedelta(minutes=1))
    with closing(Studio(load_settings(place))) as studio:
        gate = Gate(studio.press, rehearsal=rehearsal)
        deliver = Deliver(
            studio.ledger, time, lambda _: publisher, gate, studio.settings.assets, "runner"
        )
        executor = InlineExecutor()
        runner = Runner(studio.ledger, ManualClock(time), executor, deliver.work, time, "runner")
        executor.start(deliver.work, runner.wake)
        assert runner.round() == 0, "something left before its time"
        meanwhile()
        time.move(DUE)
        runner.round()
        entries = {entry.delivery.card: entry for entry in studio.ledger.entries()}
    keys = {entry.id: card for card, entry in entries.items()}
    return {keys[one.key] for one in platform.posts}, entries


def held_for(place: Path, card: str, *fragments: str) -> None:
    """The card alone is held back, for this reason; the others went out."""
    seen, entries = post(place)
    assert seen == CARDS - {card}
    entry = entries[card]
    assert (entry.state, entry.approval) == (State.HELD, None)
    for fragment in fragments:
        assert fragment in entry.note
    assert "unexpected" not in entry.note


def test_with_nothing_changed_everything_goes_out(place: Path) -> None:
    seen, entries = post(place)
    assert seen == CARDS
    assert {entry.state for entry in entries.values()} == {State.POSTED}


def test_a_figure_past_its_review_date(place: Path, edit: Callable[[str, str, str], None]) -> None:
    edit("campaigns/figures.yaml", "review_by: 2027-12-31", "review_by: 2027-07-29")
    held_for(place, "figure", "figure OWN was to be reviewed by 2027-07-29")


def test_records_that_change_while_the_runner_waits(
    place: Path, edit: Callable[[str, str, str], None]
) -> None:
    def meanwhile() -> None:
        edit("campaigns/figures.yaml", "review_by: 2027-12-31", "review_by: 2027-07-29")
        edit("campaigns/referrals.yaml", "status: active", "status: suspended")

    seen, entries = post(place, meanwhile)
    assert seen == {"where-it-happens"}
    assert "was to be reviewed" in entries["figure"].note
    assert "line is suspended" in entries["get-help"].note


def test_a_figure_whose_value_changed_after_the_approval(
    place: Path, edit: Callable[[str, str, str], None]
) -> None:
    edit("campaigns/figures.yaml", 'value: "50"', 'value: "51"')
    held_for(place, "figure", "its texts have changed since it was approved")


def test_a_text_that_only_the_post_has_changed_after_the_approval(
    place: Path, edit: Callable[[str, str, str], None]
) -> None:
    """No picture shows the call, and no description says it; mended, translated, reviewed."""
    edit(CAMPAIGN, "Share this with someone you trust.", "Share this only if it is safe for you.")
    with closing(Studio(load_settings(place))) as studio:
        update_workspace(studio, ("en_GB",), ())
    mark_reviewed(place)
    seen, entries = post(place)
    assert seen == set()
    assert {entry.note for entry in entries.values()} == {
        "its texts have changed since it was approved; plan and approve it again"
    }


def test_what_check_calls_an_error_is_never_posted(
    place: Path, edit: Callable[[str, str, str], None]
) -> None:
    """Here a figure that is printed without its own source."""
    edit("campaigns/figures.yaml", "source: S01", "source: S05")
    held_for(place, "figure", "prints figure OWN but not its source S05")


def test_a_figure_holds_on_its_last_day(place: Path, edit: Callable[[str, str, str], None]) -> None:
    edit("campaigns/figures.yaml", "review_by: 2027-12-31", "review_by: 2027-07-30")
    assert post(place)[0] == CARDS


def said(place: Path, card: str, *moments: tuple[str, datetime]) -> list[str]:
    """What the gate says about a card at these instants, in the zone of such a society."""
    with closing(Studio(load_settings(place))) as studio:
        [entry] = [e for e in studio.ledger.entries() if e.delivery.card == card]
        gate = Gate(studio.press)
        there = [(replace(entry.delivery, zone=name), at) for name, at in moments]
        return ["; ".join(gate(replace(entry, delivery=one), at)) for one, at in there]


@pytest.mark.parametrize(
    "name",
    ["Europe/Malta", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/Lima"],
)
@pytest.mark.parametrize(
    ("card", "file", "old", "new"),
    [
        ("figure", "figures", "review_by: 2027-12-31", "review_by: 2027-07-30"),
        ("get-help", "referrals", "verified_on: 2027-07-01", "verified_on: 2027-06-30"),
    ],
)
def test_what_expires_does_so_at_midnight_where_the_society_is(
    place: Path, edit: Callable[[str, str, str], None], name: str,
    card: str, file: str, old: str, new: str,
) -> None:  # fmt: skip
    """Whose last day is 30 July: until the last second of it there, wherever that is in UTC."""
    edit(f"campaigns/{file}.yaml", old, new)
    midnight = datetime(2027, 7, 31, tzinfo=zone(name))
    last = midnight - timedelta(seconds=1)
    before, after = said(place, card, (name, last), (name, midnight))
    assert before == ""
    assert "was to be reviewed" in after or "was verified 31 days before" in after


@settings(max_examples=25)
@given(
    at=st.datetimes(datetime(2027, 6, 29), datetime(2027, 8, 3)),
    name=st.sampled_from(["Europe/Malta", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Gaza"]),
)
def test_no_moment_outside_its_window_lets_a_line_or_a_figure_pass(
    windows: Path, at: datetime, name: str
) -> None:
    at = at.replace(tzinfo=UTC)
    there = at.astimezone(zone(name)).date()
    [line] = said(windows, "get-help", (name, at))
    [figure] = said(windows, "figure", (name, at))
    assert (line == "") == (date(2027, 7, 1) <= there <= date(2027, 7, 31))
    assert (figure == "") == (there <= date(2027, 7, 30))


@pytest.fixture(scope="module")
def windows(approved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line from 1 to 31 July, and a figure until 30 July."""
    place = Path(shutil.copytree(approved, tmp_path_factory.mktemp("windows") / "ours"))
    file = place / "campaigns" / "figures.yaml"
    file.write_text(file.read_text("utf-8").replace("2027-12-31", "2027-07-30"), "utf-8")
    return place


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        pytest.param(
            "verified_on: 2027-07-01", "verified_on: 2027-06-29",
            "line was verified 31 days before the post, 0 to 30 allowed", id="verified long ago",
        ),
        pytest.param("status: active", "status: suspended", "line is suspended", id="suspended"),
        pytest.param(
            "[one, two]", "[one]", "lacks a date, a method or a second verifier",
            id="verified by one only",
        ),
        pytest.param(
            "[one, two]", "[one, One.]", "lacks a date, a method or a second verifier",
            id="verified by one under two names",
        ),
        pytest.param(
            "kind: operator", "kind: press", "lacks evidence from its operator or a government",
            id="seen in the press only",
        ),
        pytest.param(
            "operator_type: ngo", "operator_type: police", "leads to the police or an authority",
            id="handed over to the police",
        ),
        pytest.param("territory: MT", "territory: IT", "serves IT, not MT", id="of elsewhere"),
        pytest.param(
            "type: helpline", "type: emergency", "is an emergency number", id="an emergency number"
        ),
        pytest.param('"1770"', '"1772"', "", id="another number"),
    ],
)  # fmt: skip
def test_a_helpline_that_may_no_longer_be_shown(
    place: Path, edit: Callable[[str, str, str], None], old: str, new: str, why: str
) -> None:
    """What was approved shows the line; that the card could do without one now is no excuse."""
    edit("campaigns/referrals.yaml", old, new)
    changed = "the helpline has changed since it was approved"
    held_for(place, "get-help", changed, why, "plan and approve it again")


def test_another_line_in_the_place_of_the_approved_one(
    place: Path, edit: Callable[[str, str, str], None]
) -> None:
    edit("campaigns/referrals.yaml", "status: active", "status: unknown")
    edit("campaigns/referrals.yaml", "status: suspended", "status: active")
    held_for(place, "get-help", "the helpline has changed since it was approved")


def test_a_line_taken_from_the_society(place: Path, edit: Callable[[str, str, str], None]) -> None:
    edit("campaigns/societies.yaml", "[line, spare]", "[]")
    held_for(place, "get-help", "the helpline has changed since it was approved")


@pytest.mark.parametrize(
    "still", [True, False], ids=["still in the settings", "switched off since"]
)
def test_a_sample_line_never_goes_out(
    place: Path, edit: Callable[[str, str, str], None], *, still: bool
) -> None:
    edit("campaigns/societies.yaml", "[line, spare]", "[]")
    _settings(place, sample=True)
    _plan(place)
    _settings(place, sample=still)
    reason = "the helpline shown is only a sample" if still else "the helpline has changed since"
    held_for(place, "get-help", reason)


@pytest.mark.parametrize("name", ["our-first-campaign", "shared"])
def test_a_catalogue_whose_review_was_taken_back(place: Path, name: str) -> None:
    _take_back(place, name)
    seen, entries = post(place)
    assert seen == set()
    assert {entry.note for entry in entries.values()} == {
        "catalogue en_GB is a draft awaiting review"
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        (CATALOGUE, "nplurals=2", "nplurals=9", "Plural-Forms has no usable nplurals"),
        (CAMPAIGN, "cards:", "cards: ]", "is not valid YAML"),
        ("campaigns/figures.yaml", "unit: percent", "unit: parts", "'parts' is not allowed"),
        (CAMPAIGN, "id: our-first-campaign", "id: renamed", "differs from the folder's name"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_any_more_holds_what_depends_on_it(
    place: Path, edit: Callable[[str, str, str], None], file: str, old: str, new: str, why: str
) -> None:
    seen, entries = post(place, lambda: edit(file, old, new))
    assert seen == set()
    for entry in entries.values():
        assert entry.state is State.HELD
        assert why in entry.note
        assert file.rpartition("/")[2] in entry.note
        assert "unexpected" not in entry.note


def test_a_card_that_is_gone_from_its_campaign(
    place: Path, edit: Callable[[str, str, str], None]
) -> None:
    edit(CAMPAIGN, "figure, ", "")
    edit(CAMPAIGN, CARD, "")
    held_for(place, "figure", "the card cannot be looked up any more ('figure')")


def test_a_text_that_changed_under_its_translation(
    place: Path, edit: Callable[[str, str, str], None]
) -> None:
    edit(CAMPAIGN, "It only happens far away.", "It only happens abroad.")
    held_for(place, "where-it-happens", "en_GB/our-first-campaign: stale: where-it-happens.myth")


@pytest.mark.parametrize("how", ["changed", "gone"])
def test_a_picture_that_is_not_the_approved_one(place: Path, how: str) -> None:
    with closing(Studio(load_settings(place))) as studio:
        [entry] = [e for e in studio.ledger.entries() if e.delivery.card == "figure"]
    assert entry.delivery.content
    file = place / "assets" / entry.delivery.content.pictures[0].file
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-2] + b"\xff\xd9\0")
    why = "cannot be read" if how == "gone" else "changed since it was approved"
    held_for(place, "figure", f"{file}: {why}")


def test_a_rehearsal_may_look_at_drafts_and_samples_and_at_nothing_else(
    place: Path, edit: Callable[[str, str, str], None]
) -> None:
    edit("campaigns/societies.yaml", "[line, spare]", "[]")
    _take_back(place, "our-first-campaign")
    _settings(place, sample=True)
    _plan(place)
    edit("campaigns/figures.yaml", "review_by: 2027-12-31", "review_by: 2027-07-29")
    seen, entries = post(place, rehearsal=True)
    assert seen == {"where-it-happens", "get-help"}
    assert "was to be reviewed" in entries["figure"].note
