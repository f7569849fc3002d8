"""Where settings come from, and how the command behaves at its edges."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from clarion.cli.output import table
from clarion.settings import (
    Settings,
    SettingsError,
    load_settings,
    setting_names,
    usable_cores,
)
from tests.conftest import Command


def test_everything_can_be_left_out(workspace: Path) -> None:
    (workspace / "clarion.toml").write_text("", "utf-8")
    assert load_settings(workspace, {}) == Settings(workspace)


def test_every_setting_can_be_set(workspace: Path) -> None:
    chosen = {
        "societies": '["fr"]', "campaigns": '["online-safety"]', "formats": '["link"]',
        "encoding": '"png"', "workers": "3", "sample_helpline": "true",
        "assets": '"s3://pictures/clarion"', "assets_endpoint": '"https://s3.example.org"',
        "time_check": '"https://www.example.org/"', "database": '"postgresql://clarion@db/clarion"',
        "slots": "4", "spacing": "60", "catch_up_spacing": "120", "key_file": '"/run/clarion.key"',
    }  # fmt: skip
    assert chosen.keys() == set(setting_names())
    text = "\n".join(f"{name} = {value}" for name, value in chosen.items())
    (workspace / "clarion.toml").write_text(text, "utf-8")
    assert load_settings(workspace, {}) == Settings(
        workspace,
        ("fr",),
        ("online-safety",),
        ("link",),
        "png",
        3,
        sample_helpline=True,
        assets_in="s3://pictures/clarion",
        assets_endpoint="https://s3.example.org",
        time_check="https://www.example.org/",
        database="postgresql://clarion@db/clarion",
        slots=4,
        spacing=60,
        catch_up_spacing=120,
        key_file="/run/clarion.key",
    )


@pytest.mark.parametrize("line", ["slots = 0", "slots = 257", "spacing = -1", "spacing = 86401"])
def test_a_number_out_of_its_range_is_refused(workspace: Path, line: str) -> None:
    (workspace / "clarion.toml").write_text(line, "utf-8")
    with pytest.raises(SettingsError, match="write a whole number from"):
        load_settings(workspace, {})


def test_the_database_may_be_named_by_the_environment_and_is_never_shown(workspace: Path) -> None:
    found = load_settings(workspace, {"CLARION_DATABASE": "postgresql://u:hidden@db/clarion"})
    assert found.database == "postgresql://u:hidden@db/clarion"
    assert "hidden" not in repr(found)
    with pytest.raises(SettingsError) as refused:
        load_settings(workspace, {"CLARION_DATABASE": "mysql://u:hidden@db/clarion"})
    assert "hidden" not in str(refused.value)


def test_keys_come_from_the_environment_alone_and_are_never_shown(workspace: Path) -> None:
    found = load_settings(workspace, {"CLARION_KEY": "hidden"})
    assert found.keys == "hidden"
    assert "hidden" not in repr(found)
    for line in ('keys = "hidden"', 'key_file = ""'):
        (workspace / "clarion.toml").write_text(line, "utf-8")
        with pytest.raises(SettingsError) as refused:
            load_settings(workspace, {})
        assert "hidden" not in str(refused.value)


def test_the_key_file_lies_in_the_workspace_unless_it_is_said_otherwise(workspace: Path) -> None:
    assert load_settings(workspace, {}).key_path == workspace / "clarion.key"
    (workspace / "clarion.toml").write_text('key_file = "/run/clarion.key"', "utf-8")
    assert load_settings(workspace, {}).key_path == Path("/run/clarion.key")


def test_the_environment_gives_the_workspace_and_the_option_wins(
    workspace: Path, tmp_path: Path, clarion: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no clarion.toml here" in clarion("status", at=tmp_path).complaint
    monkeypatch.setenv("CLARION_WORKSPACE", str(workspace))
    assert clarion("status", at=tmp_path).code == 0
    elsewhere = clarion("status", "--workspace", tmp_path / "no", at=tmp_path)
    assert str(tmp_path / "no") in elsewhere.complaint


def test_the_environment_overrides_the_workers(workspace: Path) -> None:
    assert load_settings(workspace, {"CLARION_WORKERS": "7"}).workers == 7
    assert load_settings(workspace, {"CLARION_WORKERS": ""}).workers == usable_cores()


@pytest.mark.parametrize("words", [(), ("bogus",), ("status", "--bogus"), ("plan", "extra")])
def test_wrong_usage_is_exit_code_two(clarion: Command, words: tuple[str, ...]) -> None:
    done = clarion(*words)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("Usage: clarion")


def test_png_pictures_are_drawn_on_demand(workspace: Path, clarion: Command) -> None:
    (workspace / "clarion.toml").write_text(
        'societies = ["mt"]\ncampaigns = ["our-first-campaign"]\nencoding = "png"\n', "utf-8"
    )
    assert clarion("build", "--json").value["drawn"] == 3
    files = list(workspace.glob("assets/*/*"))
    assert {file.suffix for file in files} == {".png"}
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


def test_all_formats_and_a_second_build(workspace: Path, clarion: Command) -> None:
    first = clarion("build", "--all-formats", "--json").value
    assert (first["drawn"], first["reused"], first["failed"]) == (15, 0, 0)
    second = clarion("build", "--all-formats", "--json").value
    assert (second["drawn"], second["reused"], second["failed"]) == (0, 15, 0)
    one = clarion("build", "--format", "story", "--json").value
    assert (one["drawn"], one["reused"]) == (0, 3)


def test_columns_line_up_in_every_script(capsys: pytest.CaptureFixture[str]) -> None:
    table(
        ("name", "next"), [("Ελλάδα", "a"), ("日本", "b"), ("عربي", "c"), ("e\u0301te\u0301", "d")]
    )
    lines = capsys.readouterr().out.splitlines()
    starts = {_columns(line[: line.rindex(line.split()[-1])]) for line in lines}
    assert starts == {8}


def _columns(text: str) -> int:
    """Columns of a terminal: two for a wide sign, none for a mark above another."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) > 0 for sign in text)
