"""Who takes part: how each contestant is started, and why one cannot."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.contestant import Contestant, Lost
from tests.reference import chromium

ROOT = Path(__file__).parents[2]
_EXTRA = "isal==1.9.1"
PEERS = Path(__file__).with_name("peers")

ALL_NEW, COLD, KEPT = "ours, every text new", "ours, cold text", "ours, text kept"
FLOOR = "encode only"
FAST, FAST_FLOOR = "ours, fast deflate", "encode only, fast deflate"
BROWSER, SATORI, TAKUMI, USUAL = (
    "Chromium", "satori + resvg", "takumi", "usual Pillow loop",
)  # fmt: skip


SEEN = {
    BROWSER: "right, once numbers and hashtags are marked as isolates",
    SATORI: "Arabic letters lose dots and hamzas; Thai runs over the edge; numbers to dial torn",
    TAKUMI: "Thai runs over the edge; numbers to dial torn",
    USUAL: "what a text's one font lacks is an empty box or nothing; Thai, Chinese over the edge",
}
"""What a person saw on the pictures of the six languages, at the pinned versions."""


@dataclass(frozen=True)
class Entry:
    """Somebody who could take part; ``missing`` says what for want of which it cannot."""

    name: str
    command: tuple[str, ...]
    missing: str = ""
    path: str = ""  # where else its Python finds packages


def entries(cards: Path, folder: Path) -> list[Entry]:
    """Everybody, peers installed below ``folder`` first if that is possible."""
    lacking = _install(folder / "node")
    extra = str(folder / "extra")
    slow = _install_extra(folder / "extra")
    node = shutil.which("node") or "node"
    browser = "" if chromium.find() else "no Chromium on the path"
    return [
        Entry(FLOOR, _plain("encode", str(cards))),
        Entry(ALL_NEW, _plain("new", str(cards))),
        Entry(COLD, _plain("cold", str(cards))),
        Entry(KEPT, _plain("kept", str(cards))),
        Entry(FAST_FLOOR, _ours("ours", "encode", str(cards)), slow, extra),
        Entry(FAST, _ours("ours", "cold", str(cards)), slow, extra),
        Entry(BROWSER, _ours("browser", str(cards)), browser),
        Entry(SATORI, (node, str(folder / "node" / "satori.mjs"), str(cards)), lacking),
        Entry(TAKUMI, (node, str(folder / "node" / "takumi.mjs"), str(cards)), lacking),
        Entry(USUAL, _ours("usual", str(cards))),
    ]


def draws(name: str, encoding: str) -> bool:
    """Whether somebody takes part with this encoding."""
    return encoding == "png" or name not in (FAST, FAST_FLOOR)


def start(
    field: list[Entry], folder: Path, say: Callable[[str], None]
) -> Iterator[tuple[Contestant, float]]:
    """Start them one after the other: each with the seconds until its first picture."""
    for entry in field:
        if entry.missing:
            say(f"SKIPPED {entry.name}: {entry.missing}")
            continue
        notes = folder / f"{entry.name.replace(' ', '-').replace(',', '')}.log"
        try:
            one = Contestant(entry.name, entry.command, ROOT, notes, entry.path)
        except Lost as error:
            say(f"SKIPPED {entry.name}: {error}")
            continue
        try:
            one.draw(0, "jpeg")
        except Lost as error:
            one.close()
            say(f"SKIPPED {entry.name}: {error}")
            continue
        yield one, one.age


def _ours(module: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"tests.benchmarks.{module}", *words)


def _plain(mode: str, cards: str) -> tuple[str, ...]:
    """Ourselves as installed without the extra, whether or not it is installed here."""
    hide = "import sys; sys.modules['isal'] = None; "
    call = "from tests.benchmarks.ours import main; main(*sys.argv[1:])"
    return (sys.executable, "-c", hide + call, mode, cards)


def _install_extra(folder: Path) -> str:
    """Install the fast deflate beside, not into, the environment; what is missing otherwise."""
    if (folder / "isal").is_dir():
        return ""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    ran = subprocess.run(
        [*pip, "--target", folder, _EXTRA],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return "pip: " + (ran.stderr.strip().splitlines() or ["failed"])[-1] if ran.returncode else ""


def _install(folder: Path) -> str:
    """Install the peers at their pinned versions; what is missing if they cannot be."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"no {program} on the path"
    folder.mkdir(parents=True, exist_ok=True)
    pinned = (PEERS / "package-lock.json").read_bytes()
    done = folder / "installed.json"
    for file in PEERS.iterdir():
        shutil.copy(file, folder)
    if done.exists() and done.read_bytes() == pinned:
        return ""
    try:
        ran = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "npm did not finish within 300 s"
    if ran.returncode:
        return "npm: " + (ran.stderr.strip().splitlines() or ["failed"])[-1]
    done.write_bytes(pinned)
    return ""
