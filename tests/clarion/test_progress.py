"""How far something is: redrawn on a terminal, one line elsewhere, nothing where it broke off."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest

from clarion.cli.output import Meter, progress
from tests.conftest import Command


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        """What stands on it after everything written so far."""
        lines = []
        for line in self.getvalue().split("\n"):
            shown = ""
            for piece in line.split("\r"):
                shown = piece + shown[len(piece) :]
            lines.append(shown.rstrip())
        return lines


@dataclass
class Scene:
    """A meter, its stream and a clock that is set by hand."""

    stream: io.StringIO
    seconds: float = 100.0
    meter: Meter = field(init=False)

    def __post_init__(self) -> None:
        self.meter = Meter("pictures", self.stream, lambda: self.seconds)

    def after(self, seconds: float, done: int, total: int = 1640) -> str:
        """The line on the screen when so many seconds after the start so many are done."""
        self.seconds = 100.0 + seconds
        self.meter.show(done, total)
        return self.stream.getvalue().split("\r")[-1].rstrip()


@pytest.fixture
def terminal() -> Scene:
    return Scene(Terminal())


def test_a_terminal_shows_how_far_how_fast_and_how_long(terminal: Scene) -> None:
    assert terminal.after(6.88, 812) == "pictures: 812 of 1,640, 118/s, 8 s left"
    assert terminal.after(20, 40, 12_000) == "pictures: 40 of 12,000, 2.0/s, 100 min left"
    assert terminal.after(30, 12_000, 12_000) == "pictures: 12,000 of 12,000, 400/s, 0 s left"


def test_nothing_done_yet_is_no_rate(terminal: Scene) -> None:
    assert terminal.after(0, 0) == "pictures: 0 of 1,640"


def test_the_line_is_redrawn_ten_times_a_second_at_most(terminal: Scene) -> None:
    for step in range(1001):
        terminal.after(step / 1000, step, 1000)
    assert 9 <= terminal.stream.getvalue().count("\r") <= 11


def test_a_shorter_line_leaves_nothing_of_a_longer_one(terminal: Scene) -> None:
    terminal.after(1, 3, 100_000)
    terminal.after(2, 99_999, 100_000)
    assert isinstance(terminal.stream, Terminal)
    assert terminal.stream.screen() == ["pictures: 99,999 of 100,000, 50,000/s, 1 s left"]


def test_a_narrow_terminal_is_not_overrun(terminal: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert terminal.after(6.88, 812) == "pictures: 812 of 1,"


@pytest.mark.parametrize("kind", [Terminal, io.StringIO])
def test_one_line_stays_at_the_end(kind: type[io.StringIO]) -> None:
    scene = Scene(kind())
    scene.after(5, 800)
    scene.after(13.9, 1640)
    scene.meter.end()
    shown = scene.stream.screen() if isinstance(scene.stream, Terminal) else scene.stream.getvalue()
    assert "".join(shown).strip() == "pictures: 1,640 in 13.9 s, 118/s"


@pytest.mark.parametrize("kind", [Terminal, io.StringIO])
def test_where_nothing_was_to_be_done_nothing_is_said(kind: type[io.StringIO]) -> None:
    scene = Scene(kind())
    scene.meter.end()
    assert scene.stream.getvalue() == ""


def test_what_breaks_off_takes_its_line_with_it(terminal: Scene) -> None:
    terminal.after(5, 800)
    terminal.meter.wipe()
    assert isinstance(terminal.stream, Terminal)
    assert terminal.stream.screen() == [""]


def test_away_from_a_terminal_an_interruption_says_nothing_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken_off() -> None:
        with progress("pictures") as show:
            show(1, 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert capsys.readouterr().err == ""


def test_a_build_says_how_many_and_how_fast(clarion: Command) -> None:
    lines = clarion("build").err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("pictures: 3 in ")
    assert lines[0].endswith("/s")
    assert clarion("build").err == ""
