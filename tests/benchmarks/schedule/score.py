"""What one run of one engine was like, and what several of them were."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Run:
    """One run. Lateness is from the due instant to the arrival at the platform, in seconds."""

    lateness: Sequence[float]
    total: float
    """Seconds from the zero instant to the last arrival."""
    first: float
    """Seconds from the zero instant to the first arrival."""
    lost: int
    again: int
    cpu: float
    """Processor seconds of the engine and all it started, servers left out."""
    settled: float | None = None
    """Seconds from the zero instant until the last outcome was safe, where the engine keeps any."""

    @property
    def early(self) -> int:
        """Posts that arrived before they were due."""
        return sum(late < 0 for late in self.lateness)

    def quantile(self, share: float) -> float:
        """The lateness that this share of the posts stays within, in seconds."""
        ordered = sorted(self.lateness)
        return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def judge(
    due: Mapping[str, float],
    zero: float,
    arrivals: Mapping[str, float],
    again: int,
    cpu: float,
    last: Mapping[str, Any],
) -> Run:
    """The run, from when each key was due and when it arrived."""
    lateness = [arrivals[key] - at for key, at in due.items() if key in arrivals]
    settled = last.get("settled")
    return Run(
        lateness or [float("inf")],
        max(arrivals.values(), default=float("inf")) - zero,
        min(arrivals.values(), default=float("inf")) - zero,
        len(due) - len(lateness),
        again,
        cpu,
        None if settled is None else settled - zero,
    )


@dataclass
class Score:
    """All the runs of one engine in one contest; figures are medians over the runs."""

    runs: list[Run] = field(default_factory=list)

    @property
    def total(self) -> float:
        """Seconds to the last arrival."""
        return statistics.median(run.total for run in self.runs)

    @property
    def done(self) -> float:
        """Seconds until the last outcome was safe; to the last arrival where none is kept."""
        return statistics.median(run.settled or run.total for run in self.runs)

    @property
    def cpu(self) -> float:
        """Processor seconds."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def posts(self) -> int:
        """How many a run had."""
        return len(self.runs[0].lateness) + self.runs[0].lost

    @property
    def early(self) -> int:
        """In all runs together."""
        return sum(run.early for run in self.runs)

    def ms(self, share: float) -> float:
        """The lateness that this share stays within, in milliseconds."""
        return statistics.median(run.quantile(share) for run in self.runs) * 1000

    def plain(self) -> dict[str, Any]:
        """The figures, for a file."""
        return {
            "runs": [
                {name: value for name, value in asdict(run).items() if name != "lateness"}
                for run in self.runs
            ],
            "p50_ms": self.ms(0.5),
            "p90_ms": self.ms(0.9),
            "p99_ms": self.ms(0.99),
            "total_s": self.total,
            "early": self.early,
            "lost": sum(run.lost for run in self.runs),
            "again": sum(run.again for run in self.runs),
        }


def lines(title: str, scores: Mapping[str, Score], missing: Mapping[str, str]) -> list[str]:
    """A contest, for a terminal."""
    head = f"{'runs':>5}{'total s':>9}{'range':>14}{'posts/s':>9}{'CPU us':>8}{'first ms':>9}"
    tail = f"{'p50 ms':>9}{'p90':>9}{'p99':>9}{'early':>6}{'lost':>6}{'twice':>6}"
    rows = [f"{title:44}{head}{tail}"]
    for name, score in scores.items():
        totals = sorted(run.total for run in score.runs)
        span = f"{totals[0]:.2f}-{totals[-1]:.2f}" if len(totals) > 1 else ""
        first = statistics.median(run.first for run in score.runs) * 1000
        rows.append(
            f"  {name:42}{len(totals):5}{score.total:9.2f}{span:>14}"
            f"{score.posts / score.total:9.0f}{score.cpu / score.posts * 1e6:8.0f}{first:9.0f}"
            f"{score.ms(0.5):9.1f}{score.ms(0.9):9.1f}{score.ms(0.99):9.1f}{score.early:6}"
            f"{sum(run.lost for run in score.runs):6}{sum(run.again for run in score.runs):6}"
        )
    return [*rows, *(f"  {name:42}  not here: {why}" for name, why in missing.items())]
