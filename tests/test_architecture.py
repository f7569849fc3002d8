"""The rules of the house that no type checker knows: who imports whom, who asks the machine."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from email import message_from_string
from importlib.metadata import distribution, entry_points
from pathlib import Path

import pytest

from tests.project import ROOT, files, packages, pyproject

MEGABYTE = 1024 * 1024

# What the machine knows and only these may ask. Everything else is told.
ALLOWED = {
    ("scheduler/clock.py", "datetime.datetime.now"),
    ("clarion/cli/options.py", "datetime.datetime.now"),
    ("clarion/cli/running.py", "datetime.datetime.now"),
    ("clarion/settings.py", "os.environ"),
    ("clarion/wiring.py", "socket"),
    ("clarion/wiring.py", "socket.gethostname"),
    # two machines that draw into one folder must not write one file at once
    ("rendering/asset.py", "socket"),
    ("rendering/asset.py", "socket.gethostname"),
    ("rendering/asset.py", "socket.gethostname().encode"),
}
FORBIDDEN = re.compile(
    r"""
    datetime\.datetime\.(now|today|utcnow) | datetime\.date\.today
    | time\.(time|time_ns|localtime|gmtime|ctime|strftime)
    | os\.(environ|environb|getenv|getenvb|getlogin|urandom) | getpass\b.* | locale\b(?!s).*
    | (socket|ssl|requests|urllib\.request|http\.client|ftplib|smtplib|asyncio)(\..*)?
    | (random|secrets)(\..*)? | uuid\.uuid[14]
    """,
    re.VERBOSE,
)


def asked(source: str) -> set[str]:
    """What a module's code asks of clock, environment, chance and network, by full name."""
    tree = ast.parse(source)
    names = dict(_imported(tree))
    found = {name for name in names.values() if FORBIDDEN.fullmatch(name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            full = f"{names.get(first, '')}.{rest}"
            if FORBIDDEN.fullmatch(full):
                found.add(full)
    return found


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """The names a module binds by importing, and what each stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield one.asname or one.name.split(".")[0], one.name
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                yield one.asname or one.name, f"{node.module}.{one.name}"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from datetime import datetime\ndatetime.now()", "datetime.datetime.now"),
        ("import datetime as d\nd.date.today()", "datetime.date.today"),
        ("import time as real\nreal.time()", "time.time"),
        ("from time import time", "time.time"),
        ("import os\nos.environ['X']", "os.environ"),
        ("from os import getenv", "os.getenv"),
        ("from urllib import request", "urllib.request"),
        ("import random\nrandom.random()", "random"),
        ("def f():\n    import socket", "socket"),
    ],
)
def test_the_scan_sees_what_it_is_for(source: str, name: str) -> None:
    assert name in asked(source)


def test_the_scan_lets_waiting_and_our_own_clocks_be() -> None:
    harmless = "import time\nfrom datetime import time as t\ntime.monotonic()\nself.time.now()\n"
    assert asked(f"{harmless}from locales import locale\nclock.now()") == set()


def test_nothing_asks_the_clock_the_environment_or_the_network_by_itself() -> None:
    found = {
        (file.relative_to(ROOT).as_posix(), name)
        for file in files(*packages())
        if file.suffix == ".py"
        for name in asked(file.read_text("utf-8"))
    }
    assert {one for one in found if not _of_its_kind(*one)} == ALLOWED


def _of_its_kind(file: str, name: str) -> bool:
    """Publishers are there to speak HTTP, and the distributed engine is an asyncio program; what
    ships for tests may do as tests do."""
    if file.startswith("publishers/testing/"):
        return True
    if name.startswith("requests"):
        return file.startswith("publishers/")
    if name.split(".")[0] in {"socket", "ssl"}:
        return file.startswith(("publishers/http/", "publishers/mail/"))
    if name.startswith("smtplib"):
        return file.startswith("publishers/mail/")
    return name.startswith("asyncio") and file.startswith("scheduler/adapters/procrastinate_")


def test_folders_are_the_wheels_packages_and_the_contracts_roots() -> None:
    listed = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    roots = pyproject()["tool"]["importlinter"]["root_packages"]
    typed = pyproject()["tool"]["mypy"]["packages"]
    assert sorted(listed) == sorted(roots) == sorted(typed) == list(packages())


def test_the_doctor_watches_the_same_names() -> None:
    from clarion.doctor import NAMES

    assert sorted(NAMES) == list(packages())


def test_import_contracts_are_kept() -> None:
    command = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout
    wanted = len(pyproject()["tool"]["importlinter"]["contracts"])
    assert f"Contracts: {wanted} kept, 0 broken." in done.stdout


def imported() -> dict[str, set[str]]:
    """Every third-party package, and the stages that import it."""
    own = {*packages(), *sys.stdlib_module_names}
    used: dict[str, set[str]] = {}
    for file in files(*packages()):
        if file.suffix == ".py":
            for _, name in _imported(ast.parse(file.read_text("utf-8"))):
                if name.split(".")[0] not in own:
                    stage = file.relative_to(ROOT).parts[0]
                    used.setdefault(name.split(".")[0], set()).add(stage)
    return used


def test_nothing_is_imported_that_is_no_direct_dependency() -> None:
    names = {"PIL": "pillow", "yaml": "pyyaml", "dateutil": "python-dateutil"}
    project = pyproject()["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    wanted = {re.split(r"[^\w-]", line)[0] for line in [*project["dependencies"], *extras]}
    assert {names.get(name, name) for name in imported()} <= wanted


def test_every_package_is_typed() -> None:
    assert [name for name in packages() if not (ROOT / name / "py.typed").is_file()] == []


def test_no_package_holds_a_module_for_odds_and_ends() -> None:
    names = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert [file for file in files(*packages()) if file.stem in names] == []


def test_no_file_knows_a_machine_or_a_registry() -> None:
    places = "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]", "Us" + "ers/[a-z]"))
    hosts = "|".join(("py" + "pi.org", "python" + "hosted", "npm" + "js", "crates" + r"\.io"))
    telling = re.compile(rf"(?<![\w.:/~*-])/(?:{places})\b|{hosts}|--(?:extra-)?index-url", re.I)
    found = []
    for file in files():
        text = file.read_bytes().decode("utf-8", "replace")
        if "\0" not in text:
            found += [f"{file.relative_to(ROOT)}: {hit[0]}" for hit in telling.finditer(text)]
    assert found == []


def test_every_entry_point_loads() -> None:
    points = {(point.group, point.name): point for point in distribution("clarion").entry_points}
    listed = pyproject()["project"]["entry-points"]
    wanted = {(group, name) for group, names in listed.items() for name in names}
    assert set(points) == {("console_scripts", "clarion"), *wanted}
    for point in points.values():
        assert callable(point.load())


def test_every_platform_has_a_publisher_and_its_dated_limits() -> None:
    announced = {point.name for point in entry_points(group="clarion.publishers")}
    told = {file.stem for file in (ROOT / "publishers" / "platforms").glob("*.toml")}
    assert announced == told | {"folder", "memory"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the project as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [file] = folder.glob("*.whl")
    return file


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == {file.relative_to(ROOT).as_posix() for file in files(*packages())}
    kinds = {Path(name).suffix for name in names}
    assert kinds >= {".py", ".po", ".yaml", ".toml", ".j2", ".json", ".txt", ".typed"}
    for name in (
        "clarion/starter/clarion.toml", "clarion/store/migrations/versions/0001_ledger.py",
        "campaigns/online-safety/campaign.yaml", "locales/ar/LC_MESSAGES/shared.po",
        "templates/gallery/base.html.j2", "templates/fonts/OFL.txt",
    ):  # fmt: skip
        assert name in names
    assert [name for name in names if name.endswith((".ttf", ".otf"))], "no font in the wheel"


def test_the_wheel_is_small_and_says_what_it_needs(wheel: Path) -> None:
    assert wheel.stat().st_size < 25 * MEGABYTE
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        facts = message_from_string(archive.read(name).decode("utf-8"))
        licences = [n for n in archive.namelist() if "/licenses/" in n]
    project = pyproject()["project"]
    lines = [line for line in facts.get_all("Requires-Dist", []) if "extra ==" not in line]
    needed = {re.split(r"[^\w-]", line)[0] for line in lines}
    assert needed == {re.split(r"[^\w-]", line)[0] for line in project["dependencies"]}
    assert facts["Requires-Python"] == project["requires-python"]
    assert len(licences) == len(project["license-files"]) >= 2


def test_the_wheel_works_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site)}
        return subprocess.run(
            [sys.executable, "-P", *words], cwd=tmp_path, env=environment, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    where = run("-c", "import clarion, locales; print(clarion.__file__, locales.__file__)")
    assert where.stdout.count(str(site)) == 2, where
    made = run("-m", "clarion", "init", "ours")
    assert made.returncode == 0, made.stderr
    built = run("-m", "clarion", "build", "--workspace", "ours")
    assert "3 drawn, 0 already there, 0 failed" in built.stdout, built
