"""The clock gate: whatever is done to the clock, nothing goes out by a time that may be wrong."""

from __future__ import annotations

import logging
import threading
import time as real
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.adapters.manual_clock import ManualTime
from scheduler.adapters.memory_clock_log import MemoryClockLog
from scheduler.clock import RehearsalTime, TimeSource, look_at
from scheduler.trust import REMEDY, ClockGate, ClockMark, Trust
from scheduler.witness import TimeWitness, listen
from scheduler.zones import tzdata_version

START = datetime(2027, 7, 30, 6, 0, tzinfo=UTC)
HOUR, MINUTE, SECOND = 3600.0, 60.0, 1.0
AT_ONCE = lambda job: job()  # noqa: E731


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@dataclass
class Lab:
    """A machine with a clock, the true time beside it, a log, and one witness who knows it.

    ``says`` is how far the witness is off, in seconds; None: says nothing.
    """

    boot: str = "boot-1"
    vouches: bool = True
    says: float | None = None
    log: MemoryClockLog = field(default_factory=MemoryClockLog)
    time: ManualTime = field(default_factory=lambda: ManualTime(START))
    truth: datetime = START
    asked: int = 0
    heard: bool = False

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new process on the same machine."""
        witness = TimeWitness("time.example", self._answer, self.vouches)
        self.gate = ClockGate(self.time, self.log, [witness], boot=self.boot, aside=AT_ONCE)

    def reboot(self, wall: timedelta = timedelta()) -> None:
        """The machine comes up again with its clock ``wall`` away from the truth."""
        self.boot += "+"
        self.time = ManualTime(self.truth + wall)
        self.restart()

    def go_on(self, length: float) -> None:
        self.time.move(seconds(length))
        self.truth += seconds(length)

    def step(self, delta: float) -> None:
        self.time.step(seconds(delta))

    def stand_still(self, length: float) -> None:
        """The whole machine does, its count of seconds as well, as a virtual one can."""
        self.truth += seconds(length)

    def person(self, by: str = "duty-officer") -> None:
        """In another process, of which the gate knows nothing."""
        ClockGate(self.time, self.log, boot=self.boot).confirm(by)

    def check(self) -> Trust:
        return self.gate.check()

    @property
    def error(self) -> float:
        """How far the clock is ahead of the truth."""
        return (self.time.now() - self.truth).total_seconds()

    def _answer(self) -> datetime | None:
        self.asked += 1
        if self.says is None:
            return None
        self.heard = True
        return self.truth + seconds(self.says)


Step = Callable[[Lab], object]


def go_on(length: float) -> Step:
    return lambda lab: lab.go_on(length)


def step(delta: float) -> Step:
    return lambda lab: lab.step(delta)


def says(off: float | None) -> Step:
    return lambda lab: setattr(lab, "says", off)


def still(length: float) -> Step:
    return lambda lab: lab.stand_still(length)


def reboot(wall: float) -> Step:
    return lambda lab: lab.reboot(seconds(wall))


CHECK: Step = Lab.check
PERSON: Step = Lab.person
RESTART: Step = Lab.restart
OPEN = ""

# What is done after the first check, and what the gate says then: OPEN, or part of the reason.
TABLE: dict[str, tuple[list[Step], str]] = {
    # jumps
    "nothing happens": ([go_on(5)], OPEN),
    "a year of nothing": ([go_on(365 * 24 * HOUR)], OPEN),
    "a step within the tolerance": ([step(2)], OPEN),
    "a step beyond it": ([step(2.1)], "jumped forward by 2 s"),
    "a step back": ([step(-2.1)], "jumped back by 2 s"),
    "an hour forward": ([go_on(5), step(HOUR)], "jumped forward by 60 min"),
    "days forward": ([step(3 * 24 * HOUR)], "jumped forward by 3 days"),
    "hours back": ([step(-5 * HOUR)], "jumped back by 5 h"),
    "it stays closed": ([step(HOUR), CHECK, go_on(24 * HOUR)], "forward by 60 min"),
    "many small steps": ([*[step(0.9), CHECK] * 3], "forward by 3 s"),
    "pulled into step": ([*[step(0.002), go_on(5), CHECK] * 2000], OPEN),
    "pulled faster than a clock is": ([*[step(0.01), go_on(5), CHECK] * 300], "forward"),
    "a suspension that the count knows": ([go_on(8 * HOUR)], OPEN),
    "one it does not know": ([still(HOUR), step(HOUR)], "forward by 60 min"),
    # taken back
    "taken back": ([step(HOUR), CHECK, step(-HOUR)], OPEN),
    "taken back, nearly": ([step(HOUR), CHECK, step(-HOUR + 1.5)], OPEN),
    "taken back in part": ([step(HOUR), CHECK, step(-HOUR / 2)], "by 60 min"),
    "taken back between two looks": ([step(HOUR), step(-HOUR)], OPEN),
    "taken back and done again": ([step(HOUR), CHECK, step(-HOUR), CHECK, step(HOUR)], "60 min"),
    # witnesses
    "a witness vouches for the jump": ([says(0), still(HOUR), step(HOUR)], OPEN),
    "vouched for is what counts from then on": (
        [says(0), still(HOUR), step(HOUR), CHECK, says(None), go_on(5), CHECK, step(-HOUR)],
        "jumped back by 60 min",
    ),
    "a witness is roughly right": ([says(59), still(HOUR), step(HOUR)], OPEN),
    "a witness contradicts the jump": ([says(0), step(HOUR)], "time.example says it is 2027-07-30"),
    "contradicted and taken back": ([says(0), step(HOUR), CHECK, step(-HOUR)], OPEN),
    "contradicted, taken back, silence": (
        [says(0), step(HOUR), CHECK, says(None), step(-HOUR)],
        OPEN,
    ),
    "contradicted with what was believed before": (
        [step(HOUR), CHECK, says(-5 * HOUR), go_on(10), CHECK, says(None), step(-HOUR)],
        "time.example says",
    ),
    "the step after which a witness agrees": (
        [step(2 * HOUR), CHECK, still(HOUR), says(0), step(-HOUR)],
        OPEN,
    ),
    "a witness speaks up in the end": ([still(HOUR), says(0), go_on(600)], "time.example says"),
    "not before it is asked again": ([still(HOUR), says(0), go_on(599)], OPEN),
    "closed, it is asked sooner": ([still(HOUR), step(HOUR), CHECK, says(0), go_on(10)], OPEN),
    "though not at once": ([still(HOUR), step(HOUR), CHECK, says(0), go_on(9)], "jumped"),
    "a witness is off by 60 s": ([says(60), go_on(600)], OPEN),
    "and by more": ([says(60.1), go_on(600)], "time.example says"),
    "contradicted, then in agreement": ([says(70), go_on(600), CHECK, says(0), go_on(10)], OPEN),
    "contradicted, then silence": ([says(70), go_on(600), CHECK, says(None), go_on(HOUR)], "says"),
    "contradicted near the limit": ([says(-59), step(1.9), go_on(600)], "says"),
    "vouched for while it was open": ([says(0), step(1.5), go_on(600), CHECK, step(1.5)], OPEN),
    # people
    "a person confirms": ([step(HOUR), CHECK, PERSON], OPEN),
    "a person confirms, then it jumps": ([step(HOUR), CHECK, PERSON, CHECK, step(9)], "9 s"),
    "a person had confirmed before": ([PERSON, step(HOUR)], "60 min"),
    "another had, just now": ([PERSON, step(10)], "10 s"),
    "confirmed, then set to something else": ([step(HOUR), CHECK, PERSON, step(99)], "60 min"),
    "confirmed, but long ago": ([step(HOUR), CHECK, PERSON, go_on(61)], "60 min"),
    "confirmed again": ([step(HOUR), CHECK, PERSON, go_on(61), CHECK, PERSON], OPEN),
    "a person overrules a witness": ([says(70), go_on(600), CHECK, PERSON], OPEN),
    "and stays in the right": ([says(70), go_on(600), CHECK, PERSON, CHECK, go_on(HOUR)], OPEN),
    "until the clock jumps": (
        [says(HOUR), go_on(600), CHECK, PERSON, CHECK, step(5), CHECK, step(-5)],
        "time.example says",
    ),
    # a new process
    "started again": ([RESTART], OPEN),
    "started again after a jump": ([RESTART, step(HOUR)], "forward by 60 min"),
    "a jump while it was down": ([step(-HOUR), RESTART], "back by 60 min"),
    "still closed": ([step(HOUR), CHECK, RESTART], "forward by 60 min"),
    "taken back while it was down": ([step(HOUR), CHECK, step(-HOUR), RESTART], OPEN),
    "confirmed while it was down": ([step(HOUR), CHECK, PERSON, RESTART], OPEN),
    "a person overruled a witness before": (
        [says(70), go_on(600), CHECK, PERSON, CHECK, RESTART],
        OPEN,
    ),
    "and it is no longer so": (
        [says(HOUR), go_on(600), CHECK, PERSON, CHECK, step(5), RESTART],
        "time.example says",
    ),
    "and a person's word about another time is none": (
        [
            says(70),
            go_on(600),
            CHECK,
            PERSON,
            CHECK,
            step(HOUR),
            CHECK,
            says(HOUR),
            go_on(10),
            CHECK,
            says(70),
            RESTART,
        ],
        "time.example says",
    ),
    "small steps while it was down": ([*[step(1.5), RESTART, CHECK] * 2], "forward by 3 s"),
    "contradicted, started again, silence": (
        [says(70), go_on(600), CHECK, says(None), RESTART],
        "time.example says",
    ),
    "contradicted, started again, in agreement": (
        [says(70), go_on(600), CHECK, says(0), RESTART],
        OPEN,
    ),
    "contradicted, started again, confirmed": (
        [says(70), go_on(600), CHECK, says(None), RESTART, CHECK, PERSON],
        OPEN,
    ),
    # a machine that comes up again
    "come up in time": ([go_on(5), reboot(0)], OPEN),
    "come up ahead, and nobody can know": ([reboot(HOUR)], OPEN),
    "come up ahead, and a witness knows": ([says(0), reboot(HOUR)], "says"),
    "come up behind the log": ([reboot(-3)], "it was 2027-07-30 06:00:00 UTC before"),
    "a little behind": ([reboot(-2)], OPEN),
    "behind, but a witness vouches": ([says(-HOUR), reboot(-HOUR)], OPEN),
    "behind, and set right by nobody knows whom": ([reboot(-HOUR), CHECK, step(HOUR)], "before"),
    "behind, set right, confirmed": ([reboot(-HOUR), CHECK, step(HOUR), CHECK, PERSON], OPEN),
    "behind, confirmed before the start": ([reboot(-HOUR), PERSON], OPEN),
    "it was in doubt when it went down": ([step(HOUR), CHECK, reboot(0)], "forward by 60 min"),
    "and somebody confirms": ([step(HOUR), CHECK, reboot(0), CHECK, PERSON], OPEN),
    "and somebody has confirmed": ([step(HOUR), CHECK, reboot(0), PERSON], OPEN),
    "and a witness vouches": ([step(HOUR), CHECK, says(0), reboot(0)], OPEN),
    "the log follows the clock back": (
        [go_on(600), CHECK, reboot(-HOUR), CHECK, PERSON, CHECK, reboot(-HOUR)],
        OPEN,
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_gate(case: str) -> None:
    steps, wanted = TABLE[case]
    lab = Lab()
    assert lab.check()
    for one in steps:
        one(lab)
    trust = lab.check()
    assert trust.at == lab.time.now()
    assert bool(trust) is (wanted == OPEN), trust.why
    assert wanted in trust.why
    assert trust.why == "" or trust.why.endswith(f": nothing is posted; {REMEDY}")
    assert "\n" not in trust.why
    assert lab.gate.glance() == trust


@pytest.mark.parametrize(("vouches", "steps", "wanted"), [
    (False, [says(0), still(HOUR), step(HOUR)], "forward by 60 min"),
    (False, [says(0), go_on(600)], OPEN),
    (False, [says(70), go_on(600)], "says"),
    (True, [says(0), still(HOUR), step(HOUR)], OPEN),
])  # fmt: skip
def test_a_witness_that_may_read_the_same_clock_only_contradicts(
    vouches: bool, steps: list[Step], wanted: str
) -> None:
    lab = Lab(vouches=vouches)
    assert lab.check()
    for one in steps:
        one(lab)
    assert wanted in lab.check().why
    assert bool(lab.check()) is (wanted == OPEN)


def test_where_the_run_of_the_machine_has_no_name_only_the_log_s_time_counts() -> None:
    lab = Lab(boot="")
    assert lab.check()
    lab.step(HOUR)
    lab.restart()
    assert lab.check(), "nobody can know"
    lab.step(HOUR)
    assert not lab.check()
    lab.restart()
    assert "jumped forward by 60 min" in lab.check().why
    lab.person()
    assert lab.check()
    lab.step(-HOUR)
    lab.check()
    lab.person()
    assert lab.check()
    lab.step(-HOUR)
    lab.restart()
    assert "the clock says 2027-07-30 06:00:00 UTC, it was 2027-07-30 07:00:00" in lab.check().why


def test_one_that_contradicts_outweighs_those_that_vouch() -> None:
    time = ManualTime(START)
    right = TimeWitness("the kernel", time.now)
    wrong = TimeWitness("time.example", lambda: time.now() + seconds(61))
    for witnesses in ([right, wrong], [wrong, right]):
        trust = ClockGate(time, MemoryClockLog(), witnesses).check()
        assert trust.why == (
            "time.example says it is 2027-07-30 06:01:01 UTC, this machine 2027-07-30 06:00:00 "
            f"UTC: nothing is posted; {REMEDY}"
        )


def test_the_way_out_can_be_put_in_other_words() -> None:
    time = ManualTime(START)
    gate = ClockGate(time, MemoryClockLog(), remedy="ask somebody")
    gate.check()
    time.step(seconds(9))
    assert gate.check().why == "the clock jumped forward by 9 s: nothing is posted; ask somebody"


def test_before_the_first_check_nothing_is_trusted() -> None:
    lab = Lab()
    assert lab.gate.glance().why.startswith("the clock has not been looked at yet: nothing")
    lab.check()
    assert lab.gate.glance()


def test_a_glance_notices_a_jump_and_asks_nobody() -> None:
    lab = Lab(says=0)
    lab.check()
    asked = lab.asked
    lab.step(HOUR)
    lab.stand_still(HOUR)
    assert not lab.gate.glance()
    assert not lab.gate.glance()
    assert lab.asked == asked
    assert lab.check(), "the witness vouches"
    assert lab.gate.glance()


def test_witnesses_are_asked_now_and_then() -> None:
    lab = Lab(says=0)
    for _ in range(721):
        assert lab.check()
        lab.go_on(5)
    assert lab.asked == 7, "at the start and every ten minutes of the hour"
    lab.says = 70
    lab.go_on(600)
    lab.check()
    for _ in range(60):
        lab.go_on(1)
        assert not lab.check()
    assert lab.asked == 14, "and every ten seconds while it is closed"


def test_while_it_is_open_nobody_waits_for_a_witness() -> None:
    waiting, go = threading.Event(), threading.Event()
    time, quick = ManualTime(START), iter([True])

    def slow() -> datetime:
        if next(quick, False):
            return time.now()
        waiting.set()
        go.wait(10)
        return time.now() + seconds(99)

    gate = ClockGate(time, MemoryClockLog(), [TimeWitness("time.example", slow)])
    assert gate.check()
    time.move(seconds(600))
    assert gate.check()
    assert waiting.wait(10)
    assert gate.check()
    assert gate.glance()
    go.set()
    deadline = real.monotonic() + 10
    while gate.glance() and real.monotonic() < deadline:
        real.sleep(0.001)
    assert "time.example says" in gate.glance().why


def test_what_a_witness_was_asked_before_a_jump_no_longer_counts() -> None:
    later: list[Callable[[], None]] = []
    time, says = ManualTime(START), [0.0]
    witness = TimeWitness("time.example", lambda: time.now() + seconds(says[0]))
    gate = ClockGate(time, MemoryClockLog(), [witness], aside=later.append)
    assert gate.check()
    time.move(seconds(600))
    assert gate.check()
    [slow] = later
    says[0] = 99
    time.step(seconds(9))
    assert not gate.check()
    says[0] = 0
    slow()
    assert "says it is" in gate.check().why, "that was an answer to another question"


def test_a_witness_that_fails_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    time = ManualTime(START)

    def broken() -> datetime:
        raise RuntimeError("out of order")

    naive = TimeWitness("naive", lambda: START.replace(tzinfo=None))
    with caplog.at_level(logging.WARNING, "clarion.scheduler.witness"):
        assert ClockGate(time, MemoryClockLog(), [TimeWitness("broken", broken), naive]).check()
    assert [record.getMessage() for record in caplog.records] == [
        "broken: asked for the time, it failed: out of order",
        "naive: asked for the time, it failed: 2027-07-30T06:00:00 has no zone",
    ]


def test_the_log_is_marked_each_minute_while_the_gate_is_open() -> None:
    lab = Lab()
    marks = []
    for _ in range(300):
        lab.check()
        if lab.log.last() not in marks:
            marks.append(lab.log.last())
        lab.go_on(1)
    assert [mark.at for mark in marks if mark] == [START + seconds(60 * n) for n in range(5)]
    assert marks[0] == ClockMark(START, tzdata_version(), "", "boot-1", START)
    lab.step(HOUR)
    for _ in range(100):
        lab.check()
        lab.go_on(1)
    doubt = lab.log.last()
    assert doubt is not None
    assert doubt.why == "the clock jumped forward by 60 min"
    assert (doubt.at, doubt.zero) == (START + seconds(HOUR + 300), START), "written once"


def test_when_it_opens_the_log_follows_at_once() -> None:
    lab = Lab()
    lab.check()
    lab.step(-HOUR)
    lab.check()
    lab.person("editor")
    lab.go_on(1)
    assert lab.check()
    last, word = lab.log.last(), lab.log.confirmed()
    assert last is not None
    assert word is not None
    assert (last.at, last.by) == (START - seconds(HOUR - 1), "")
    assert (word.at, word.by) == (START - seconds(HOUR), "editor")


def test_a_confirmation_needs_a_name() -> None:
    lab = Lab()
    with pytest.raises(ValueError, match="name of a role"):
        lab.person(" ")
    assert lab.log.last() is None


class FullDisk(MemoryClockLog):
    """A log that cannot be used for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.bad_days = 0

    def last(self) -> ClockMark | None:
        self._try()
        return super().last()

    def confirmed(self) -> ClockMark | None:
        self._try()
        return super().confirmed()

    def mark(self, mark: ClockMark) -> None:
        self._try()
        super().mark(mark)

    def _try(self) -> None:
        if self.bad_days > 0:
            self.bad_days -= 1
            raise OSError("the disk is full")


def test_errors_of_the_log_come_out_and_nothing_is_believed_meanwhile() -> None:
    time, log = ManualTime(START), FullDisk()
    log.mark(ClockMark(START + seconds(HOUR), "2026f"))
    gate = ClockGate(time, log)
    log.bad_days = 2
    for _ in range(2):
        with pytest.raises(OSError, match="full"):
            gate.check()
        assert not gate.glance()
    assert "before" in gate.check().why
    log.bad_days = 1
    with pytest.raises(OSError, match="full"):
        gate.check()
    assert not gate.glance()
    gate.confirm("editor")
    assert gate.check()


def test_it_tells_once_when_it_closes_and_once_when_it_opens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lab = Lab()
    with caplog.at_level(logging.WARNING, "clarion.scheduler.trust"):
        lab.check()
        for delta in (HOUR, -HOUR):
            lab.step(delta)
            for _ in range(50):
                lab.check()
                lab.go_on(1)
    assert [record.getMessage() for record in caplog.records] == [
        f"nothing is posted: the clock jumped forward by 60 min; {REMEDY}",
        "the clock is believed again: it is back where it was",
    ]


# --- looks ---


class Rough:
    """A time source whose thread is put to sleep between two readings, as any may be."""

    def __init__(self, naps: list[float]) -> None:
        self._inner = ManualTime(START)
        self._naps = naps

    def now(self) -> datetime:
        if self._naps:
            self._inner.move(seconds(self._naps.pop(0)))
        return self._inner.now()

    def seconds_until(self, instant: datetime) -> float:
        return self._inner.seconds_until(instant)

    def elapsed(self) -> float:
        return self._inner.elapsed()


@pytest.mark.parametrize("naps", [[], [9.0], [9.0, 9.0, 3.0, 9.0], [9.0, 4.0, 9.0, 5.0, 6.0]])
def test_an_interrupted_look_is_taken_again_and_never_taken_for_a_jump(naps: list[float]) -> None:
    assert look_at(Rough([*naps])).off(START) == timedelta()
    shortest = 0.0 if len(naps) < 5 else min(naps)
    look = look_at(Rough([*naps]))
    assert look.high - look.low == seconds(shortest)
    gate = ClockGate(Rough([0.0, 0.0, *naps * 3]), MemoryClockLog())
    assert all(gate.check() for _ in range(5))


def test_a_rehearsal_s_time_is_always_believed() -> None:
    """It is fast, it leaps, and this machine may be busy: none of that is a jump."""
    time = RehearsalTime(START, speed=1000)
    gate, done = ClockGate(time, MemoryClockLog()), threading.Event()

    def leap() -> None:
        while not done.is_set():
            time.leap(time.now() + seconds(HOUR))

    leaping = threading.Thread(target=leap)
    leaping.start()
    try:
        seen = [gate.check() for _ in range(2000)]
    finally:
        done.set()
        leaping.join()
    assert all(seen)


class Slow(ManualTime):
    """One reading of this clock takes long: it is set before the reader can act on it."""

    def __init__(self) -> None:
        super().__init__(START)
        self.slow, self.read, self.go = False, threading.Event(), threading.Event()

    def now(self) -> datetime:
        found = super().now()
        if self.slow:
            self.slow = False
            self.read.set()
            self.go.wait(10)
        return found


def test_a_look_that_has_grown_old_opens_nothing(caplog: pytest.LogCaptureFixture) -> None:
    time = Slow()
    gate = ClockGate(time, MemoryClockLog())
    gate.check()
    time.slow = True
    first, second = (threading.Thread(target=gate.glance) for _ in range(2))
    with caplog.at_level(logging.WARNING, "clarion.scheduler.trust"):
        first.start()
        assert time.read.wait(10)
        time.step(seconds(HOUR))
        second.start()
        second.join(0.05)  # it has to wait for the first
        time.go.set()
        first.join()
        second.join()
    assert ["nothing is posted" in one.getMessage() for one in caplog.records] == [True]


def test_all_are_asked_unless_one_contradicts() -> None:
    time: TimeSource = ManualTime(START)
    asked: list[str] = []

    def witness(name: str, off: float | None) -> TimeWitness:
        def answer() -> datetime | None:
            asked.append(name)
            return None if off is None else time.now() + seconds(off)

        return TimeWitness(name, answer)

    word = listen([witness("a", None), witness("b", 1), witness("c", 99)], time, seconds(60))
    assert asked == ["a", "b", "c"]
    assert word.against.startswith("c says it is 2027-07-30 06:01:39 UTC")
    assert word.zero == START + seconds(99)


# --- the law ---

TOLERANCE, WITHIN, NOISE, PULL = 2.0, 60.0, 1.0, 500e-6

_deltas = st.one_of(
    st.sampled_from([-HOUR, HOUR, -5 * HOUR, 5 * HOUR, -30.0, 30.0, -1.9, 1.9, 0.5]),
    st.floats(-100, 100),
)
_steps = st.one_of(
    st.tuples(st.just("go on"), st.sampled_from([0.1, 5.0, 10.0, 61.0, 600.0])),
    st.tuples(st.just("step"), _deltas),
    st.tuples(st.just("set right"), st.just(0.0)),
    st.tuples(st.just("speaks"), st.floats(-NOISE, NOISE)),
    st.tuples(st.sampled_from(["silence", "person", "restart"]), st.just(0.0)),
)


def act(lab: Lab, what: str, number: float) -> None:
    if what == "go on":
        lab.go_on(number)
    elif what == "step":
        lab.step(number)
    elif what == "set right":
        lab.step(-lab.error)
    elif what == "speaks":
        lab.says = number
    elif what == "silence":
        lab.says = None
    elif what == "restart":
        lab.restart()
    elif abs(lab.error) < WITHIN:  # a person looks at another clock, and confirms what is right
        lab.person()


@settings(max_examples=300, deadline=None)
@given(st.floats(-5 * HOUR, 5 * HOUR), st.lists(_steps, max_size=40))
def test_it_is_never_open_on_a_wrong_clock_unless_nobody_could_know(
    wrong: float, steps: list[tuple[str, float]]
) -> None:
    lab = Lab()
    lab.step(wrong)
    lab.check()
    first, gone = lab.error, 0.0
    for what, number in steps:
        act(lab, what, number)
        gone += number if what == "go on" else 0.0
        for look in (lab.gate.glance, lab.check):
            trust = look()
            slack = TOLERANCE + gone * PULL + 1e-3
            known = abs(lab.error) <= WITHIN + NOISE + slack
            unknowable = not lab.heard and abs(lab.error - first) <= slack
            assert not trust or known or unknowable, (what, lab.error, first)


@settings(max_examples=100, deadline=None)
@given(st.lists(_steps, max_size=30), st.floats(-50, 50))
def test_it_always_opens_again_once_the_clock_is_right_and_a_witness_says_so(
    steps: list[tuple[str, float]], error: float
) -> None:
    lab = Lab()
    for what, number in steps:
        act(lab, what, number)
        lab.check()
    lab.step(error - lab.error)
    lab.says = 0.0
    lab.check()
    lab.go_on(10)
    assert lab.check()
    assert lab.gate.glance()
