"""``python -m tests.locales.defect_table`` says which tool finds which defect of a catalogue.

One French PO file has every defect of ``seeded/defects.toml`` once, its twin has none. A tool finds
a defect when it says something about the message that it does not say about its sound twin; what it
says about the twin is a false alarm.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

from campaigns.errors import Place
from campaigns.model import Message
from locales import CatalogueError, check_catalogue, load_catalogue
from tests.locales.programs import program, run
from tests.project import ROOT

HERE = Path(__file__).parent
OUT = ROOT / "build" / "defect-table.md"

Said = dict[str, set[str]]
"""What a tool says, by message."""

NOTE = (
    "The sound texts that Clarion complains of are the two with plural forms: a campaign's message "
    "has one form."
)

HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Clarion\\n"
"Language: fr\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"""


@dataclass(frozen=True)
class Defect:
    """One way to spoil a translation, and the rule of ours that finds it."""

    name: str
    rule: str
    english: str
    sound: str
    broken: str
    limit: int = 200
    english_plural: str = ""
    sound_plural: str = ""
    broken_plural: str = ""


def defects() -> list[Defect]:
    """All of them."""
    table = tomllib.loads((HERE / "seeded" / "defects.toml").read_text("utf-8"))
    return [Defect(name, **values) for name, values in table.items()]


def write(folder: Path, *, sound: bool) -> Path:
    """The catalogue with every defect, or its twin without."""
    path = folder / ("sound" if sound else "broken") / "fr" / "LC_MESSAGES" / "seeded.po"
    path.parent.mkdir(parents=True)
    blocks = [HEADER, *(_block(defect, sound=sound) for defect in defects())]
    path.write_text("\n".join(blocks), encoding="utf-8")
    return path


def _block(defect: Defect, *, sound: bool) -> str:
    one = defect.sound if sound else defect.broken
    many = defect.sound_plural if sound else defect.broken_plural
    flags = f"max-length:{int(1.5 * defect.limit)}"
    if "{" in defect.english:
        flags += ", python-brace-format"
    lines = [f"#, {flags}", f'msgctxt "{defect.name}"', f"msgid {_quoted(defect.english)}"]
    if defect.english_plural:
        lines.append(f"msgid_plural {_quoted(defect.english_plural)}")
        lines += [f"msgstr[0] {_quoted(one)}", f"msgstr[1] {_quoted(many)}"]
    else:
        lines.append(f"msgstr {_quoted(one)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def ours(path: Path) -> Said:
    """The rules that find something. A file that is refused is mended at the place that is named,
    and read again, as a person would."""
    said: Said = {}
    wanted = [
        Message(one.name, one.english, one.limit, "", "", "", Place(path)) for one in defects()
    ]
    while True:
        try:
            catalogue = load_catalogue(path)
            break
        except CatalogueError as error:
            name = re.findall(r"'([\w-]+)'", error.problem)[0]
            said.setdefault(name, set()).add("file refused")
            path.write_text(_without(path.read_text("utf-8"), name), encoding="utf-8")
    refused = set(said)
    for finding in check_catalogue(catalogue, [m for m in wanted if m.context not in refused]):
        said.setdefault(finding.field, set()).add(finding.rule)
    return said


def _without(text: str, name: str) -> str:
    blocks = text.split("\n\n")
    return "\n\n".join(block for block in blocks if f'msgctxt "{name}"' not in block)


def babel(path: Path) -> Said:
    """``Catalog.check`` of Babel."""
    with path.open("rb") as file:
        found = list(read_po(file, locale="fr").check())
    return {str(message.context): {str(error) for error in errors} for message, errors in found}


def msgfmt(path: Path) -> Said:
    """``msgfmt -c`` of GNU gettext; what it says names a line."""
    done = run(program("the defect table", "msgfmt"), "-c", "-o", "/dev/null", path, at=path.parent)
    lines = path.read_text("utf-8").splitlines()
    said: Said = {}
    for number, text in re.findall(rf"{re.escape(path.name)}:(\d+):\s*(.+)", done.stderr):
        before = [line for line in lines[: int(number)] if line.startswith("msgctxt")]
        if before:
            said.setdefault(before[-1].split('"')[1], set()).add(text)
    return said


def pofilter(path: Path) -> Said:
    """``pofilter`` of translate-toolkit; it writes out what fails, with its reasons."""
    out = path.with_suffix(".failed.po")
    tool = program("the defect table", "pofilter")
    run(tool, "--language=fr", "--progress=none", path, out, at=path.parent)
    said: Said = {}
    for block in out.read_text("utf-8").split("\n\n") if out.exists() else ():
        if name := re.search(r'^msgctxt "([\w-]+)"', block, re.MULTILINE):
            said[name[1]] = set(re.findall(r"\(pofilter\) (\w+):", block))
    return said


TOOLS: Mapping[str, Callable[[Path], Said]] = {
    "Babel": babel,
    "msgfmt -c": msgfmt,
    "pofilter": pofilter,
    "Clarion": ours,
}


@dataclass(frozen=True)
class Result:
    """What a tool found, and about how many sound messages it complained."""

    found: Said
    false: Said


def measure(tool: Callable[[Path], Said], folder: Path) -> Result:
    """One tool over the two catalogues."""
    false = tool(write(folder, sound=True))
    said = tool(write(folder, sound=False))
    new = {name: what - false.get(name, set()) for name, what in said.items()}
    return Result({name: what for name, what in new.items() if what}, false)


def table(results: Mapping[str, Result]) -> str:
    """All results side by side, in Markdown."""
    rows = [f"| Defect | {' | '.join(results)} | Rule |", "| --- " * (len(results) + 2) + "|"]
    for defect in defects():
        marks = ["✔" if defect.name in result.found else "–" for result in results.values()]
        rows.append(f"| {defect.name.replace('-', ' ')} | {' | '.join(marks)} | `{defect.rule}` |")
    found = [str(len(result.found)) for result in results.values()]
    rows.append(f"| **found of {len(defects())}** | {' | '.join(found)} | |")
    false = [str(len(result.false)) for result in results.values()]
    rows.append(f"| **false alarms in {len(defects())} sound texts** | {' | '.join(false)} | |")
    return "\n".join([*rows, "", NOTE]) + "\n"


def main() -> None:
    """Write and print the table."""
    results = {}
    for name, tool in TOOLS.items():
        with tempfile.TemporaryDirectory() as folder:
            results[name] = measure(tool, Path(folder))
    text = table(results)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
