"""The documentation says what the code does: commands, settings, fields, dependencies, links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from campaigns.errors import ContentError
from campaigns.kinds import KINDS, FieldSpec
from campaigns.library import SHIPPED
from campaigns.loader import load_campaign
from campaigns.observances import load_observances
from campaigns.referrals import load_referrals
from campaigns.registers import load_figures, load_sources
from campaigns.review import ALLOWED_PLACEHOLDERS
from campaigns.societies import load_societies
from clarion.cli import cli
from clarion.settings import Settings, setting_names
from tests.project import ROOT, files, packages, pyproject
from tests.test_architecture import imported

REFERENCE = ROOT / "docs" / "reference"
SHARED_OPTIONS = {"--json", "--help", "--workspace"}


def table(file: Path, head: str) -> list[list[str]]:
    """The cells of the rows below the table head whose first cell is ``head``."""
    lines = iter(file.read_text("utf-8").splitlines())
    for line in lines:
        if line.startswith(f"| {head} |"):
            break
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    assert rows, f"{file} has no table '{head}'"
    return rows


def coded(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def commands(
    command: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its words, groups aside."""
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))
    else:
        yield path, command


COMMANDS = dict(commands())
BY_NAME = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


def usage(words: tuple[str, ...], command: click.Command) -> str:
    """How the command is called, options aside: ``clarion stop SCOPE [VALUE]``."""
    arguments = []
    for one in command.params:
        if isinstance(one, click.Argument):
            name = one.metavar or str(one.name).upper()
            arguments.append((name if one.required else f"[{name}]") + "..." * (one.nargs == -1))
    return " ".join(("clarion", *words, *arguments))


def options(command: click.Command) -> set[str]:
    """The long names of a command's options."""
    return {
        name
        for one in command.params
        if isinstance(one, click.Option)
        for name in one.opts
        if name.startswith("--")
    }


def test_every_command_is_in_the_reference_and_no_other() -> None:
    listed = [coded(row[0])[0] for row in table(REFERENCE / "commands.md", "Command")]
    assert sorted(listed) == sorted(usage(words, command) for words, command in COMMANDS.items())


def test_every_option_is_in_its_commands_row_and_no_other() -> None:
    for row in table(REFERENCE / "commands.md", "Command"):
        words = tuple(word for word in coded(row[0])[0].split()[1:] if word.islower())
        told = {word for text in coded(row[1]) for word in re.findall(r"--[a-z-]+", text)}
        assert told == options(COMMANDS[words]) - SHARED_OPTIONS, words


@BY_NAME
def test_every_command_has_json_and_but_for_two_a_workspace(words: tuple[str, ...]) -> None:
    missing = SHARED_OPTIONS - {"--help"} - options(COMMANDS[words])
    assert missing == ({"--workspace"} if words in {("demo",), ("init",)} else set())


@BY_NAME
def test_help_has_an_example_that_can_be_typed(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    shown = command.get_help(click.Context(command, info_name="clarion"))
    example = re.search(r"^  Example: clarion (.+?)(?: \(.*)?\n\n", shown, re.M | re.S)
    assert example, shown
    typed = shlex.split(example[1])
    assert tuple(typed[: len(words)]) == words
    with command.make_context(words[-1], typed[len(words) :]) as context:
        assert context.params.keys() == {one.name for one in command.params}


def test_every_setting_is_in_the_reference_with_its_default() -> None:
    rows = table(REFERENCE / "settings.md", "Setting")
    listed = {coded(row[0])[0]: row[1] for row in rows}
    assert tuple(listed) == setting_names()
    defaults = Settings(Path())
    for name, told in listed.items():
        field = {"assets": "assets_in"}.get(name, name)
        value = 0 if name == "workers" else getattr(defaults, field)  # 0 follows the cores
        assert told == ("all" if value == () else f"`{_toml(value)}`"), name


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_the_starters_settings_show_every_setting() -> None:
    text = (ROOT / "clarion" / "starter" / "clarion.toml").read_text("utf-8")
    assert tuple(re.findall(r"^(\w+) =", text, re.M)) == setting_names()


def test_every_environment_variable_is_in_the_reference_and_no_other() -> None:
    listed = {coded(row[0])[0] for row in table(REFERENCE / "settings.md", "Environment")}
    used = {
        name
        for file in files(*packages())
        if file.suffix == ".py"
        for name in re.findall(r"\bCLARION_[A-Z]+\b", file.read_text("utf-8"))
    }
    assert listed == used


def test_every_kind_and_field_is_in_the_reference_with_its_limit() -> None:
    told: dict[str, list[tuple[str, ...]]] = {}
    for row in table(REFERENCE / "campaign-file.md", "Kind"):
        fields = [_told(part) for part in re.split(r", (?=`)| of (?=`)| and (?=`)", row[1])]
        told |= dict.fromkeys(coded(row[0]), fields)
    assert told == {name: _fields(name) for name in KINDS}


def _told(part: str) -> tuple[str, ...]:
    """A field's name and the numbers that follow it."""
    return (coded(part)[0], *re.findall(r"\d+", part.split("`")[2]))


def _fields(name: str) -> list[tuple[str, ...]]:
    kind = KINDS[name]
    slides = [("slides", *map(str, kind.slides))] if kind.slides else []
    own = [field for field in kind.fields if field.name != "more"]
    return slides + [_spelt(field) for field in (*kind.slide_fields, *own)]


def _spelt(field: FieldSpec) -> tuple[str, ...]:
    return (field.name, *map(str, field.repeat or ()), str(field.max))


def test_what_all_kinds_have_is_in_the_reference() -> None:
    text = (REFERENCE / "campaign-file.md").read_text("utf-8")
    [more] = {f for kind in KINDS.values() for f in kind.fields if f.name == "more"}
    assert f"All kinds may have `more`, up to {more.max}," in text
    assert not more.required
    [line] = [line for line in text.splitlines() if line.startswith("Placeholders: ")]
    assert set(re.findall(r"`{(\w+)}`", line)) == ALLOWED_PLACEHOLDERS


REGISTERS: dict[str, Callable[[Path], object]] = {
    "sources.yaml": load_sources,
    "figures.yaml": load_figures,
    "referrals.yaml": load_referrals,
    "societies.yaml": load_societies,
    "observances.yaml": load_observances,
}


@pytest.mark.parametrize("name", REGISTERS)
def test_every_field_of_a_register_is_in_the_reference(name: str, tmp_path: Path) -> None:
    rows = {coded(row[0])[0]: row[1] for row in table(REFERENCE / "campaign-file.md", "File")}
    told = {word for text in coded(rows[name])[:2] for word in text.split()}
    if "optionally" not in rows[name]:
        told = set(coded(rows[name])[0].split())
    text = (SHIPPED / name).read_text("utf-8")
    broken = re.sub(r"^(  - )(id:)", r"\1xxxxxxxx: y\n    \2", text, count=1, flags=re.M)
    assert broken != text
    assert known_keys(tmp_path / name, broken, REGISTERS[name]) == told


def test_every_key_of_a_campaign_is_in_the_reference(tmp_path: Path) -> None:
    told = {name for row in table(REFERENCE / "campaign-file.md", "Key") for name in coded(row[0])}
    text = (SHIPPED / "online-safety" / "campaign.yaml").read_text("utf-8")
    assert known_keys(tmp_path / "campaign.yaml", f"{text}\nxxxxxxxx: y\n", load_campaign) == told


def known_keys(file: Path, text: str, read: Callable[[Path], object]) -> set[str]:
    """The keys a reader says it knows when it meets the unknown one in this text."""
    file.write_text(text, "utf-8")
    with pytest.raises(ContentError, match="is not a known key; known keys are") as refusal:
        read(file)
    return set(refusal.value.remedy.removeprefix("known keys are ").split(", "))


def _distribution(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement)[0]


def test_every_direct_dependency_has_its_reason_and_no_other() -> None:
    rows = table(ROOT / "ARCHITECTURE.md", "Package")
    listed = [name for row in rows for name in row[0].split(", ")]
    project = pyproject()["project"]
    extras = [one for group in project["optional-dependencies"].values() for one in group]
    assert sorted(listed) == sorted(map(_distribution, [*project["dependencies"], *extras]))
    assert all(len(row) == 3 and row[2] for row in rows)


def test_every_dependency_is_used_where_the_table_says() -> None:
    modules = {"pillow": "PIL", "pyyaml": "yaml", "python-dateutil": "dateutil"}
    used = imported()
    for row in table(ROOT / "ARCHITECTURE.md", "Package"):
        stages = {place.split("/")[0] for place in row[1].split(", ")}
        for name in row[0].split(", "):
            found = used.get(modules.get(name, name), stages)
            assert found == stages, name


def test_every_development_tool_is_named() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    [line] = [line for line in text.splitlines() if line.startswith("Development: ")]
    groups = pyproject()["dependency-groups"]
    tools = {_distribution(one) for group in groups.values() for one in group}
    assert [name for name in tools if not name.startswith("types-") and name not in line] == []


MARKDOWN = [file for file in files() if file.suffix == ".md"]


@pytest.mark.parametrize("file", MARKDOWN, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(file: Path) -> None:
    text = file.read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, heading = target.partition("#")
        found = (file.parent / path).resolve() if path else file
        assert found.exists(), f"{file.relative_to(ROOT)}: {target}"
        if heading:
            assert heading in _headings(found), f"{file.relative_to(ROOT)}: {target}"


def _headings(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("file", MARKDOWN, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_command_a_document_names_exists_with_its_options(file: Path) -> None:
    """``clarion approve --as ROLE`` and the like, in running text and in code blocks."""
    if file.name == "CHANGELOG.md":
        return  # history
    for typed in _typed(file.read_text("utf-8")):
        words = typed.split()[1:]
        if tuple(words) in GROUPS or "|" in typed:
            continue
        names = [path for path in COMMANDS if tuple(words[: len(path)]) == path]
        assert names, f"{file.relative_to(ROOT)}: {typed}"
        given = {word for word in words if word.startswith("--")}
        assert given <= options(COMMANDS[names[0]]) | SHARED_OPTIONS, typed


GROUPS = {path[:1] for path in COMMANDS if len(path) == 2}


def _typed(text: str) -> Iterator[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    for typed in (*coded(re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)), *lines):
        if typed.startswith("clarion "):
            yield typed
