"""The judge itself: made-up histories, each wrong in one way, and it has to say in which."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self

import pytest

from scheduler.delivery import Content, Delivery, Entry, Late, State
from scheduler.ledger import JournalLine
from tests.torture.checker import Report, check
from tests.torture.history import Kind
from tests.torture.record import Event, Line

DUE = datetime(2027, 7, 30, 7, 0, tzinfo=UTC)
ZERO = DUE.timestamp()
END = ZERO + 600
EXPIRES = 60
"""Seconds after ``DUE``."""


@dataclass
class Tale:
    """What happened to one delivery, told in seconds after it was due."""

    klass: str
    id: str = "one"
    society: str = "lost-answer"
    state: State = State.APPROVED
    note: str = ""
    remote: str = ""
    fence: int = 0
    journal: list[JournalLine] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def tell(self, at: float, event: str, state: State, note: str = "") -> Self:
        """A line in the ledger's journal."""
        self.state, self.note = state, note
        instant = DUE + timedelta(seconds=at)
        number = len(self.journal) + 1
        self.journal.append(
            JournalLine(number, instant, self.id, event, state.value, 1, self.fence, "node", note)
        )
        return self

    def intend(self, at: float, *, fence: int = 1) -> Self:
        """Claimed, and given leave to send."""
        self.fence += fence
        self.tell(at, "claimed", State.CLAIMED)
        return self.tell(at, "intent", State.SENDING)

    def platform(self, at: float, event: Event, **words: str | float) -> Self:
        """A line of the platform's."""
        account = f"{self.society}/{self.klass}"
        self.lines.append(Line(ZERO + at, event, account, self.id, **words))  # type: ignore[arg-type]
        return self

    def send(self, at: float, fault: str = "none") -> Self:
        """A request leaves, and arrives."""
        return self.platform(at, Event.RECEIVED, sent=ZERO + at, fault=fault)

    def accept(self, at: float, name: str = "p1") -> Self:
        """It is live."""
        return self.platform(at, Event.ACCEPTED, id=name)

    def posted(self, at: float, name: str = "p1") -> Self:
        """The ledger knows."""
        self.remote = name
        return self.tell(at, "posted", State.POSTED)

    def flagged(self, at: float) -> Self:
        """A person has to look."""
        return self.tell(at, "asked", State.NEEDS_HUMAN, "it has probably gone out")

    def doubt(self, at: float) -> Self:
        """No answer came."""
        return self.tell(at, "in-doubt", State.UNKNOWN, "the connection was cut")

    def entry(self) -> Entry:
        """As the ledger holds it."""
        one = Delivery(
            id=self.id,
            campaign="torture",
            card=self.id,
            society=self.society,
            channel=self.klass,
            platform="torture",
            locale="en",
            occurrence=date(2027, 7, 30),
            wall=DUE.replace(tzinfo=None),
            zone="UTC",
            due_at=DUE,
            expires_at=DUE + timedelta(seconds=EXPIRES),
            late=Late.POST_UNTIL,
            author="author",
            content=Content("Help is near.", "en", "card"),
        )
        return Entry(one, self.state, fence=self.fence, note=self.note, remote_id=self.remote)


def judge(*tales: Tale, end: float = END) -> Report:
    """What the checker says about these."""
    told = [line for tale in tales for line in tale.journal]
    journal = sorted(told, key=lambda line: line.at)
    numbered = [replace(line, number=number) for number, line in enumerate(journal, 1)]
    lines = [line for tale in tales for line in tale.lines]
    return check([tale.entry() for tale in tales], numbered, lines, end=end, grace=3.0)


def found(*tales: Tale, end: float = END) -> set[Kind]:
    """The kinds of complaints."""
    return {one.kind for one in judge(*tales, end=end).violations}


def out(klass: str, name: str = "one") -> Tale:
    """A delivery as it should be."""
    return Tale(klass, name).intend(0.01).send(0.02).accept(0.03).posted(0.05)


@pytest.mark.parametrize("klass", ["a", "b", "c"])
def test_what_went_well_is_well(klass: str) -> None:
    report = judge(out(klass))
    assert report.violations == []
    [counts] = report.counts.values()
    assert (counts.delivered, counts.lost, counts.flagged, counts.hit) == (1, 0, 0, 0)
    assert counts.lateness == [pytest.approx(0.03)]


def test_a_doubt_that_was_looked_up_is_well() -> None:
    tale = Tale("b").intend(0).send(0, "cut-before").doubt(1)
    tale.fence += 1
    tale.tell(4, "reconciling", State.RECONCILING).tell(4, "not-there", State.CLAIMED)
    tale.tell(4, "intent", State.SENDING).send(4.1).accept(4.1).posted(4.2)
    assert found(tale) == set()
    assert judge(tale).counts["lost-answer/b"].hit == 1


def test_a_doubt_that_was_flagged_is_well_whether_or_not_it_is_live() -> None:
    dead = Tale("c").intend(0).send(0, "cut-before").doubt(1).flagged(2)
    live = Tale("c", id="two").intend(0).send(0, "cut-after").accept(0).doubt(1).flagged(2)
    report = judge(dead, live)
    assert report.violations == []
    assert report.counts["lost-answer/c"].flagged == 2
    assert report.counts["lost-answer/c"].live == 1
    assert report.counts["lost-answer/c"].own == 0


def test_a_flag_after_an_answer_is_our_own_doing() -> None:
    tale = Tale("c").intend(0).send(0).accept(0).tell(2, "in-doubt", State.UNKNOWN).flagged(3)
    report = judge(tale)
    assert report.violations == []
    assert report.counts["lost-answer/c"].own == 1


def test_a_doubt_that_outlasted_its_time_may_be_flagged_anywhere() -> None:
    assert found(Tale("a").intend(0).send(0, "cut-before").doubt(1).flagged(EXPIRES)) == set()


def test_a_person_may_have_it_sent_again() -> None:
    tale = Tale("c").intend(0).send(0, "cut-after").accept(0).doubt(1).flagged(2)
    tale.tell(9, "not-seen", State.APPROVED).intend(9.1).send(9.1).accept(9.1, "p2")
    assert found(tale.posted(9.2, "p2")) == set()


def test_what_went_by_with_a_reason_and_what_is_not_due_are_not_lost() -> None:
    missed = Tale("a").tell(61, "expired", State.MISSED, "its last moment has passed")
    assert found(missed) == set()
    assert judge(missed).counts["lost-answer/a"].missed == 1
    assert found(Tale("a"), end=ZERO - 1) == set()


REFUSED = Tale("a").intend(0).send(0, "limit-seconds").platform(0.1, Event.LIMITED, until=ZERO + 2)
REFUSED.tell(0.2, "try-again", State.RETRY_WAIT)

WRONG = {
    "never sent": ({Kind.LOST}, Tale("a")),
    "given up in the middle": ({Kind.LOST}, Tale("b").intend(0).send(0, "cut-before").doubt(1)),
    "dropped without a word": ({Kind.LOST}, Tale("a").tell(61, "expired", State.MISSED)),
    "two posts of one delivery": (
        {Kind.DUPLICATED},
        out("b").intend(1).send(1).accept(1, "p2").posted(1.1, "p2"),
    ),
    "two posts though a key was sent": (
        {Kind.DUPLICATED},
        out("a").intend(1).send(1).accept(1, "p2").posted(1.1, "p2"),
    ),
    "two posts, and no person asked for it": (
        {Kind.DUPLICATED, Kind.RESENT},
        out("c").intend(1).send(1).accept(1, "p2").posted(1.1, "p2"),
    ),
    "sent again in doubt, without harm": (
        {Kind.RESENT},
        Tale("c").intend(0).send(0, "cut-before").doubt(1).intend(2).send(2).accept(2).posted(3),
    ),
    "before its time": ({Kind.EARLY}, Tale("a").intend(-1).send(-1).accept(-0.5).posted(0)),
    "after its last moment": (
        {Kind.LATE},
        Tale("a").intend(59).send(59).accept(EXPIRES + 3.5).posted(EXPIRES + 4),
    ),
    "posted, says the ledger alone": ({Kind.PHANTOM}, Tale("a").intend(0).send(0).posted(1)),
    "posted as what is not there": (
        {Kind.OTHER_POST},
        Tale("a").intend(0).send(0).accept(0).posted(1, "p9"),
    ),
    "live, and missed in the ledger": (
        {Kind.DENIED},
        Tale("a").intend(0).send(0).accept(0).tell(61, "expired", State.MISSED, "too late"),
    ),
    "live, and refused in the ledger": (
        {Kind.DENIED},
        Tale("c").intend(0).send(0).accept(0).tell(1, "rejected", State.FAILED, "answered 400"),
    ),
    "live, and never found out": ({Kind.OPEN}, Tale("b").intend(0).send(0).accept(0).doubt(1)),
    "flagged without a reason": (
        {Kind.UNEXPLAINED},
        Tale("c").intend(0).send(0).tell(1, "asked", State.NEEDS_HUMAN),
    ),
    "flagged where the platform can be asked": (
        {Kind.NEEDLESS},
        Tale("b").intend(0).send(0).accept(0).doubt(1).flagged(2),
    ),
    "sent without an intent": ({Kind.NO_INTENT}, Tale("a").send(0).accept(0).posted(1)),
    "sent before its intent": (
        {Kind.NO_INTENT},
        Tale("a").send(0.1).accept(0.1).intend(0.2).posted(1),
    ),
    "sent twice for one intent": (
        {Kind.NO_INTENT},
        out("a").send(1).platform(1, Event.SAME, id="p1"),
    ),
    "two intents under one fence": (
        {Kind.SAME_FENCE},
        Tale("a").intend(0).send(0, "cut-before").doubt(1).intend(2, fence=0).send(2).accept(2)
        .posted(3),
    ),
    "a fence that fell": (
        {Kind.FENCE_FELL},
        Tale("a").intend(0, fence=5).send(0, "cut-before").doubt(1).intend(2, fence=-1).send(2)
        .accept(2).posted(3),
    ),
    "a state nobody wrote down": ({Kind.NOT_REPLAYED}, replace(out("c"), state=State.NEEDS_HUMAN,
                                                               note="by hand")),
    "a pause that was asked for and not kept": (
        {Kind.HOLD_BROKEN},
        replace(REFUSED, journal=list(REFUSED.journal), lines=list(REFUSED.lines))
        .intend(1).send(1).accept(1).posted(1.1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_went_wrong_is_named(name: str) -> None:
    expected, tale = WRONG[name]
    assert found(tale) == expected
    assert all(one.delivery == tale.id for one in judge(tale).violations)
    assert any(one.proof for one in judge(tale).violations) or not tale.journal


def test_a_pause_is_the_whole_accounts() -> None:
    other = Tale("a", id="two").intend(1.5).send(1.5).accept(1.5).posted(1.6)
    elsewhere = Tale("a", id="three", society="hang").intend(1.5).send(1.5).accept(1.5).posted(1.6)
    mine = replace(REFUSED, journal=list(REFUSED.journal), lines=list(REFUSED.lines))
    mine.intend(2.5).send(2.5).accept(2.5).posted(2.6)
    assert found(mine, elsewhere) == set()
    [one] = judge(mine, elsewhere, other).violations
    assert (one.kind, one.delivery) == (Kind.HOLD_BROKEN, "two")


def test_a_post_nobody_planned_is_named() -> None:
    stray = Tale("a", id="stray").accept(1)
    report = check([out("a").entry()], out("a").journal, out("a").lines + stray.lines, end=END)
    assert [(one.kind, one.delivery) for one in report.violations] == [(Kind.STRANGER, "stray")]


def test_counts_add_up() -> None:
    report = judge(out("a"), Tale("a", id="two"), out("b", "three"))
    total = report.counts["lost-answer/a"]
    total.add(report.counts["lost-answer/b"])
    assert (total.planned, total.delivered, total.lost) == (3, 2, 1)
    assert total.percentile(0.5) == pytest.approx(0.03)
    assert judge(Tale("a")).counts["lost-answer/a"].percentile(0.5) is None
