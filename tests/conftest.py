"""What every test starts from: a clean environment, repeatable examples, and the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from clarion.cli import main
from tests.simulation.tally import TALLY, tell

PATIENCE = 120.0
"""Seconds after which a command counts as stuck."""
COMMAND = Path(sysconfig.get_path("scripts")) / "clarion"
"""The installed console script."""

settings.register_profile("clarion", derandomize=True, deadline=None, database=None)
settings.load_profile("clarion")

for _name in list(os.environ):
    if _name.startswith(("CLARION_", "LC_")) or _name in ("TZ", "LANG", "LANGUAGE", "COLUMNS"):
        del os.environ[_name]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--write-goldens``: write anew what goldens hold, for a person to look at afterwards."""
    parser.addoption("--write-goldens", action="store_true", help="write goldens anew")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One process of several hands over what its tests have to tell."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["told"] = session.config.stash.get(TALLY, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Where several run, the first takes it."""
    for line in getattr(node, "workeroutput", {}).get("told", []):
        tell(node.config, line)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """How much the simulation really ran."""
    for line in config.stash.get(TALLY, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def write_goldens(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are to be written; never unless somebody asks for it."""
    return bool(request.config.getoption("--write-goldens"))


@dataclass(frozen=True)
class Done:
    """A command that came to its end."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The one JSON object it printed."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line it ended with: exit code 1, nothing but that line on stderr."""
        assert self.code == 1, self
        lines = [line for line in self.err.splitlines() if not line.startswith("pictures: ")]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.out + self.err
        return lines[0].removeprefix("clarion: ")


Command = Callable[..., Done]
"""Called with the words after ``clarion``; ``at`` is the folder it runs in."""


def run_process(
    *words: str | Path,
    at: Path,
    environment: Mapping[str, str] | None = None,
    prepare: Callable[[], None] | None = None,
) -> Done:
    """The installed command as a process of its own, with nothing of our environment but PATH."""
    own = {"PATH": os.environ["PATH"], "HOME": str(at), **(environment or {})}
    if prepare is not None:  # with little room it would leave half of a compiled module behind
        own["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [COMMAND, *map(str, words)],
        cwd=at,
        env=own,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        preexec_fn=prepare,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as ``clarion init`` makes it, its risk assessed. Not to be changed: see
    ``workspace``."""
    folder = tmp_path_factory.mktemp("starter")
    signing = ("risk", "sign", "--campaign", "our-first-campaign", "--as", "safeguarding-lead")
    for words, place in ((("init", "ours"), folder), (signing, folder / "ours")):
        done = run_process(*words, at=place)
        assert (done.code, done.err) == (0, ""), done
    return folder / "ours"


@pytest.fixture
def workspace(starter: Path, tmp_path: Path) -> Path:
    """A fresh workspace of one's own."""
    return Path(shutil.copytree(starter, tmp_path / "ours"))


@pytest.fixture
def process(workspace: Path) -> Command:
    """Run the installed command in the workspace, as a process."""

    def run(*words: str | Path, at: Path = workspace, **options: Any) -> Done:
        return run_process(*words, at=at, **options)

    return run


@pytest.fixture
def clarion(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run a command in the workspace, in this process: what it prints and its exit code.

    An error it does not explain comes out as it is, and fails the test.
    """

    def run(*words: str | Path, at: Path = workspace) -> Done:
        monkeypatch.chdir(at)
        capsys.readouterr()
        code = _exit_code([str(word) for word in words])
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


def _exit_code(words: Sequence[str]) -> int:
    try:
        main(words)
    except SystemExit as end:
        return int(end.code or 0)
    return 0
