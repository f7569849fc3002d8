"""The registry, over distributions made for the purpose: a folder with metadata and a module."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from publishers import registry
from publishers.errors import SetupError, UnknownPublisher
from publishers.folder import FolderPublisher
from publishers.memory import MemoryPublisher

_REPOSITORY = Path(__file__).parents[2]
_ANNOUNCED = tomllib.loads((_REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "entry-points"
][registry.GROUP]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    monkeypatch.syspath_prepend(tmp_path)
    return Install(tmp_path)


class Install:
    """Puts a distribution where Python looks for them."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def __call__(self, name: str, **points: str) -> None:
        info = self._site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{kind} = {value}" for kind, value in points.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{registry.GROUP}]", *lines]))

    def module(self, name: str, text: str) -> None:
        (self._site / f"{name}.py").write_text(text, encoding="utf-8")


def test_what_the_project_announces_exists() -> None:
    loaded = {name: EntryPoint(name, value, "g").load() for name, value in _ANNOUNCED.items()}
    assert (loaded["folder"], loaded["memory"]) == (FolderPublisher, MemoryPublisher)
    assert len(set(loaded.values())) == len(loaded)
    assert {name: one.kind for name, one in loaded.items()} == {name: name for name in loaded}


def test_a_stranger_registers_as_ours_do(install: Install, tmp_path: Path) -> None:
    install("stranger", pigeon="publishers.memory:MemoryPublisher")
    assert "pigeon" in registry.kinds()
    settings = {"text_limit": "99"}
    publisher = registry.create("pigeon", "one-channel", settings, tmp_path)
    assert publisher.verify() == "memory account one-channel"
    assert publisher.capabilities().text_limit == 99


def test_looking_imports_nothing(install: Install) -> None:
    install("stranger", pigeon="pigeon_that_explodes:Pigeon")
    install.module("pigeon_that_explodes", "raise RuntimeError('imported')")
    assert "pigeon" in registry.kinds()
    with pytest.raises(RuntimeError, match="imported"):
        registry.factory("pigeon")


def test_the_registry_itself_imports_no_platform() -> None:
    code = (
        "import sys, publishers.registry as r; r.kinds();"
        "print([m for m in sys.modules if m in ('publishers.folder', 'publishers.memory')])"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=_REPOSITORY, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_an_unknown_kind_names_those_that_exist(install: Install) -> None:
    install("stranger", pigeon="publishers.memory:MemoryPublisher")
    with pytest.raises(UnknownPublisher, match=r"no publisher 'carrier'; installed are .*pigeon"):
        registry.factory("carrier")


def test_a_bare_checkout_is_explained() -> None:
    code = (
        "import publishers.registry as r\n"
        "try: r.factory('folder')\n"
        "except r.UnknownPublisher as error: print(error)\n"
    )
    # -S: Python's own library and the working folder only, so nothing at all is installed.
    command = [sys.executable, "-S", "-c", code]
    ran = subprocess.run(command, cwd=_REPOSITORY, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("there is no publisher 'folder': none is announced, because")
    assert "pip install --editable ." in ran.stdout


def test_one_kind_claimed_by_two_distributions(install: Install) -> None:
    install("first", pigeon="publishers.memory:MemoryPublisher")
    install("second", pigeon="publishers.memory:MemoryPublisher")
    registry.factory("pigeon")  # the same object twice is one claim
    install("third", pigeon="somewhere.else:Pigeon")
    with pytest.raises(SetupError, match="claimed twice"):
        registry.factory("pigeon")


def test_code_that_cannot_be_loaded_is_named(install: Install) -> None:
    install("stranger", pigeon="publishers.memory:Dove", dove="no_such_module:Dove")
    for kind in ("pigeon", "dove"):
        with pytest.raises(SetupError, match=rf"'{kind}' \(.*Dove\) cannot be loaded"):
            registry.factory(kind)
