"""A build draws what has changed and nothing else."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

import clarion.cli
from clarion.cli import MODULES, cli
from clarion.press import Job
from clarion.settings import load_settings
from clarion.wiring import Studio
from locales import LocalisedCard
from tests.conftest import Command

CAMPAIGN = "our-first-campaign"
UNUSED = ("sqlalchemy", "alembic", "apscheduler", "requests", "filelock", "asyncio")
CATALOGUE = Path("locales/en_GB/LC_MESSAGES/our-first-campaign.po")


def pictures(workspace: Path) -> set[Path]:
    return set(workspace.glob("assets/*/*.jpg"))


@pytest.fixture
def built(workspace: Path, clarion: Command) -> Path:
    """A workspace of two languages and two formats, with all its pictures."""
    (workspace / "clarion.toml").write_text(
        'societies = ["mt"]\ncampaigns = ["our-first-campaign"]\n'
        'formats = ["square", "link"]\nsample_helpline = true\n',
        "utf-8",
    )
    assert clarion("build", "--json").value["drawn"] == 6
    return workspace


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_nothing_changed_nothing_is_drawn(built: Path, clarion: Command) -> None:
    before = {file: file.stat().st_mtime_ns for file in pictures(built)}
    done = clarion("build", "--json").value
    assert (done["drawn"], done["reused"]) == (0, 6)
    assert {file: file.stat().st_mtime_ns for file in pictures(built)} == before


def test_one_message_changed_and_only_its_pictures_are_drawn(built: Path, clarion: Command) -> None:
    before = {file: file.stat().st_mtime_ns for file in pictures(built)}
    changed(built / CATALOGUE, 'msgstr "Ask for the contract in', 'msgstr "Get the contract in')
    done = clarion("build", "--json").value
    assert (done["drawn"], done["reused"]) == (2, 4)
    assert len(pictures(built)) == 8
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_a_message_that_no_picture_shows_draws_nothing(built: Path, clarion: Command) -> None:
    changed(built / CATALOGUE, 'msgstr "Share this with', 'msgstr "Send this to')
    done = clarion("build", "--json").value
    assert (done["drawn"], done["reused"]) == (0, 6)


def test_a_message_changed_back_has_its_pictures_still(built: Path, clarion: Command) -> None:
    old, new = 'msgstr "Ask for the contract in', 'msgstr "Get the contract in'
    changed(built / CATALOGUE, old, new)
    clarion("build")
    changed(built / CATALOGUE, new, old)
    done = clarion("build", "--json").value
    assert (done["drawn"], done["reused"]) == (0, 6)


def test_a_card_by_itself_is_read_anew_and_many_at_once_are_read_once(workspace: Path) -> None:
    studio = Studio(load_settings(workspace))
    campaign, society = studio.library.campaign(CAMPAIGN), studio.library.societies["mt"]
    job = Job(campaign, campaign.cards[0], society, "en_GB", date(2027, 7, 30))
    reading = studio.press.reading()
    before = reading.localise(job)
    assert isinstance(before, LocalisedCard)
    assert studio.press.localise(job) == before
    changed(workspace / CATALOGUE, 'msgstr "Ask for the contract in', 'msgstr "Get the contract in')
    assert reading.localise(job) == before
    assert studio.press.localise(job) == studio.press.reading().localise(job) != before


def test_a_build_with_nothing_to_draw_waits_for_no_library_it_does_not_use(
    built: Path,
) -> None:
    code = f"""\
import sys
from clarion.cli import main
try:
    main(["build", "--json"])
except SystemExit as end:
    assert not end.code, end.code
found = [name for name in {UNUSED!r} if name in sys.modules]
sys.exit(f"imports {{found}}" if found else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=built, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"reused": 6' in done.stdout


def test_every_command_of_every_module_is_known_by_its_name() -> None:
    for module, names in MODULES.items():
        found = import_module(f"clarion.cli.{module}").COMMANDS
        assert tuple(command.name for command in found) == names
        assert all(cli.commands[name] is one for name, one in zip(names, found, strict=True))
    folder = Path(clarion.cli.__file__).parent
    having = {file.stem for file in folder.glob("*.py") if "\nCOMMANDS" in file.read_text("utf-8")}
    assert having == {*MODULES, "exchange"}  # which adds to the group of messages
