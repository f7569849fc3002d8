"""The table of goals: at least, aim, and what this run gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.field import ALL_NEW, BROWSER, COLD, FAST, FAST_FLOOR, FLOOR, SATORI, TAKUMI
from tests.benchmarks.race import Score

Scores = Mapping[str, Score]


@dataclass(frozen=True)
class Goal:
    """One row. ``least`` and ``aim`` are bounds of ``now``: from below if ``more`` is better."""

    what: str
    now: float | None
    least: float
    aim: float | None = None
    unit: str = "x"
    more: bool = False
    cpu: float | None = None  # the same ratio by processor time, which a busy machine bends less

    @property
    def verdict(self) -> str:
        """``ok``, ``ok, aim reached``, ``short``, or ``not measured``."""
        if self.now is None:
            return "not measured"
        if not self._reaches(self.least):
            return "short"
        return "ok, aim reached" if self.aim is not None and self._reaches(self.aim) else "ok"

    def _reaches(self, bound: float) -> bool:
        assert self.now is not None
        return self.now >= bound if self.more else self.now <= bound

    def row(self) -> str:
        """For a terminal."""
        sign = ">=" if self.more else "<="
        aim = "" if self.aim is None else f"{sign} {self.aim:g} {self.unit}"
        now = "-" if self.now is None else f"{self.now:.2f} {self.unit}"
        least = f"{sign} {self.least:g} {self.unit}"
        cpu = "" if self.cpu is None else f"{self.cpu:.2f} x"
        return f"{self.what:52} {least:>10} {aim:>10} {now:>10} {cpu:>8}  {self.verdict}"


def goals(jpeg: Scores, png: Scores, campaign: Mapping[str, Any] | None) -> list[Goal]:
    """Every row that this run can say something about."""
    cold, new = "JPEG: ours, cold text, to encoding alone", "JPEG: ours, every text new, the same"
    fast = "PNG, fast deflate:"
    rows = [
        _race("JPEG: Chromium to ours", jpeg, BROWSER, COLD, 6, more=True),
        _race("JPEG: satori + resvg to ours", jpeg, SATORI, COLD, 5.5, more=True),
        _race("JPEG: takumi to ours", jpeg, TAKUMI, COLD, 2.5, more=True),
        _race(cold, jpeg, COLD, FLOOR, 2.0, 1.6),
        _race(new, jpeg, ALL_NEW, FLOOR, 2.0, 1.6),
        _race(f"{fast} Chromium to ours", png, BROWSER, FAST, 10, 12, more=True),
        _race(f"{fast} satori + resvg to ours", png, SATORI, FAST, 6, more=True),
        _race(f"{fast} takumi to ours", png, TAKUMI, FAST, 1, more=True),
        _race("PNG: Chromium to ours", png, BROWSER, COLD, 5, more=True),
        _race("PNG: satori + resvg to ours", png, SATORI, COLD, 3.4, more=True),
    ]
    return rows if campaign is None else [*rows, *_of_campaign(campaign)]


def _of_campaign(found: Mapping[str, Any]) -> Iterator[Goal]:
    again, one, growth = found["again"], found["one_message"], found["growth"]
    pictures = again["pictures"]
    yield Goal("campaign: processor time to encoding alone", found["cpu_ratio"], 2.0, 1.6)
    yield Goal("second build: pictures drawn", again["drawn"], 0, unit="")
    yield Goal(f"second build of {pictures} pictures", again["seconds"], 5, 1, "s")
    yield Goal(
        "one message changed: pictures drawn beside its own",
        one["drawn"] - one["expected"], 0, unit="",
    )  # fmt: skip
    yield Goal(
        "memory of the largest process of the build", found["build"]["peak_mb"], 120, 90, "MB"
    )
    for step in growth[1:]:
        yield Goal(
            f"processor time of each of {step['pictures']} to each of {growth[0]['pictures']}",
            step["cpu_ms_each"] / growth[0]["cpu_ms_each"], 1.15,
        )  # fmt: skip


def _race(
    what: str,
    scores: Scores,
    above: str,
    below: str,
    least: float,
    aim: float | None = None,
    more: bool = False,
) -> Goal:
    one, other = scores.get(above), scores.get(below)
    if one is None or other is None:
        return Goal(what, None, least, aim, more=more)
    cpu = one.cpu_each / other.cpu_each if one.cpu_each and other.cpu_each else None
    return Goal(what, one.median / other.median, least, aim, more=more, cpu=cpu)


def lines(scores: Scores, encoding: str) -> Iterator[str]:
    """The scores of a race, as ratios to us and to encoding alone."""
    ours, floors = scores.get(COLD), scores.get(FLOOR)
    head = "".join(f"{name:>9}" for name in ("ms", "p90", "CPU ms", "KiB", "x ours", "x encode"))
    yield f"{encoding:26}{head}"
    for name, score in scores.items():
        plain = score.plain()
        under = scores.get(FAST_FLOOR) if name in (FAST, FAST_FLOOR) else floors
        figures = (
            _figure(score.median, 1),
            _figure(score.ninth, 1),
            _figure(score.cpu_each, 1),
            _figure(plain["kib"], 0),
            _figure(score.median / ours.median if ours else None, 2),
            _figure(score.median / under.median if under else None, 2),
        )
        yield f"  {name:24}{''.join(figures)}"


def _figure(value: float | None, places: int) -> str:
    return f"{'-':>9}" if value is None else f"{value:9.{places}f}"
