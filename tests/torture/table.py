"""The matrix in print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.torture.checker import COLUMNS, Counts
from tests.torture.run import Outcome

_PROOFS = 3  # complaints of a cell that are shown with everything that proves them
_WIDTHS = (40, 7, 9, 5, 10, 8, 5, 4, 7, 6, 5, 4, 8, 8)
_NAMES = ("cell, trouble with the platform, class", *COLUMNS, "p50 s", "p99 s")


def _row(*words: object) -> str:
    first, *rest = (str(word) for word in words)
    numbers = (word.rjust(width) for word, width in zip(rest, _WIDTHS[1:], strict=True))
    return " ".join((first.ljust(_WIDTHS[0]), *numbers))


HEAD = "\n".join(
    (
        "live, own: of those flagged, what is out after all, and what the platform had no part in.",
        "missed: went by, and the ledger says why. hit: requests the platform ill-treated.",
        "early, late: outside what was approved. p50, p99: after the due instant.",
        "",
        _row(*_NAMES),
    )
)


def lines(outcome: Outcome) -> Iterator[str]:
    """One for each account of a cell, and its sum."""
    whole = Counts()
    for name, counts in outcome.report.counts.items():
        yield _line(f"{outcome.cell} {name.replace('/', ' ')}", counts)
        whole.add(counts)
    yield _line(f"{outcome.cell} in all", whole)
    yield f"  {_happened(outcome)}"


def complaints(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What is wrong, cell by cell, the first few with their proof."""
    for outcome in outcomes:
        wrong = outcome.report.violations
        for kind, count in Counter(one.kind for one in wrong).items():
            yield f"VIOLATION {outcome.cell}: {count} x {kind}"
        for one in wrong[:_PROOFS]:
            yield f"  {one}"
            yield from (f"    {line}" for line in one.proof)


def total(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Everything in two lines."""
    whole, done = Counts(), Counter[str]()
    for outcome in outcomes:
        done.update(outcome.done)
        for counts in outcome.report.counts.values():
            whole.add(counts)
    events = ", ".join(f"{count} {what}" for what, count in sorted(done.items()))
    wrong = sum(len(outcome.report.violations) for outcome in outcomes)
    head = f"{len(outcomes)} cells in {seconds:.0f} s: {events or 'nothing happened'}"
    return f"{_line('all', whole)}\n{head}; {wrong} violations"


def _line(name: str, counts: Counts) -> str:
    half, most = (counts.percentile(share) for share in (0.5, 0.99))
    return _row(
        name,
        counts.planned,
        counts.delivered,
        counts.lost,
        counts.duplicated,
        counts.flagged,
        counts.live,
        counts.own,
        counts.missed,
        counts.early,
        counts.late,
        counts.hit,
        "-" if half is None else f"{half:.3f}",
        "-" if most is None else f"{most:.3f}",
    )


def _happened(outcome: Outcome) -> str:
    events = ", ".join(f"{count} {what}" for what, count in sorted(outcome.done.items()))
    words = [events or "nothing happened", f"{outcome.lives} starts", f"{outcome.fell} falls"]
    words += [f"full disk by {outcome.disk}"] if outcome.disk else []
    words += [] if outcome.clean else ["did not end well"]
    return f"{'; '.join(words)}; {outcome.seconds:.0f} s"
