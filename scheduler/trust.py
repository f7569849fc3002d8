"""Whether the clock on the wall may be believed. While it may not, nothing is posted.

What goes out early cannot be taken back, what goes out late can still go out. So the gate closes:

    open ── the clock jumped, or is behind the log, or a witness contradicts it ──► closed
    open ◄── a witness vouches, a person confirms, or the jump was taken back ── closed

A jump is seen by holding the clock against :meth:`scheduler.clock.TimeSource.elapsed`. The time of
day less that count is its *zero*, the instant at which the count began: the same for ever, unless
somebody sets the clock. Where nobody can know, the clock is believed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from scheduler.clock import Look, TimeSource, look_at
from scheduler.witness import TimeWitness, Word, listen, span, told
from scheduler.zones import tzdata_version

log = logging.getLogger("clarion.scheduler.trust")

REMEDY = "set the clock right, or confirm that it is right"

Aside = Callable[[Callable[[], None]], object]
"""Has something done that nobody waits for."""

_NOTHING = timedelta()
_OPEN_EVERY, _CLOSED_EVERY = 600.0, 10.0  # seconds between two questions to the witnesses
_MARK_EVERY = 60.0  # seconds between two marks in the log
# A clock may be pulled into step by so much of the time that passes, and that is no jump: Linux
# does no more (MAXFREQ in its timex.h, 500 ppm), and pulls the count alike; others do not.
_PULL = 500e-6


@dataclass(frozen=True, slots=True)
class ClockMark:
    """At ``at`` by its own account the clock was believed, unless ``why`` says why not.

    ``by`` is the role that vouched for it, "" for none; ``tzdata`` the release of the time zone
    data; ``boot`` names the run of the machine, "" when that is unknown; ``zero`` is when its
    count began, by the clock as it was last believed, None when that turned out to be wrong.
    """

    at: datetime
    tzdata: str
    by: str = ""
    boot: str = ""
    zero: datetime | None = None
    why: str = ""


class ClockLog(Protocol):
    """Where the marks of one machine are kept, for all its processes, through restarts.

    Only those two have to be kept that can be asked for.
    """

    def last(self) -> ClockMark | None:
        """The mark made last, whatever its instant; None before the first."""
        ...

    def confirmed(self) -> ClockMark | None:
        """The last mark that a person stands behind (``by``); None before the first."""
        ...

    def mark(self, mark: ClockMark) -> None:
        """Keep it."""
        ...


@dataclass(frozen=True, slots=True)
class Trust:
    """True when the clock may be believed, as of ``at``: use that as the time of what follows,
    for the clock may have been set since. ``why`` not, in one line for people."""

    at: datetime
    why: str = ""

    def __bool__(self) -> bool:
        return not self.why


def on_a_thread(job: Callable[[], None]) -> None:
    """Do it on a thread of its own, which does not keep the process alive."""
    threading.Thread(target=job, name="clarion-time-check", daemon=True).start()


class ClockGate:
    """See the head of this module.

    ``boot`` names the machine's present run, where that is known: then a jump that came while
    nobody looked is noticed at the start. The clock is believed up to ``tolerance`` from where it
    should be, a witness up to ``within`` from the clock. Every reason ends with ``remedy``.
    """

    def __init__(
        self,
        time: TimeSource,
        log: ClockLog,
        witnesses: Sequence[TimeWitness] = (),
        *,
        boot: str = "",
        tolerance: timedelta = timedelta(seconds=2),
        within: timedelta = timedelta(seconds=60),
        remedy: str = REMEDY,
        aside: Aside = on_a_thread,
    ) -> None:
        self._time = time
        self._log = log
        self._witnesses = tuple(witnesses)
        self._boot = boot
        self._tolerance = tolerance
        self._within = within
        self._remedy = remedy
        self._aside = aside
        # What is believed; every look at the clock is taken and judged under this lock.
        self._lock = threading.Lock()
        self._why = ""  # empty: it is open
        self._zero: datetime | None = None
        self._seen = 0.0  # the count at the last look
        self._against = ""  # what a witness said when last asked
        self._person = False  # the zero has a person's word, which outranks a witness's
        self._fresh = True  # nobody has read the log since it closed
        self._unmarked = True  # nor written into it what has changed
        # What only whose turn it is uses: log and witnesses may take their time.
        self._turn = threading.Lock()
        self._begun = False
        self._asked: Look | None = None
        self._marked = 0.0
        self._known: ClockMark | None = None  # a person's word that was there when it closed

    def check(self) -> Trust:
        """Look at the clock, and at all that speaks for it or against it.

        For the start of every round. While the gate is open nobody waits for the witnesses; at
        the first check and while it is closed, this takes as long as they do. Errors of the log
        come out, and then nothing is to be posted.
        """
        with self._turn:
            if not self._begun:
                self._begin()
            look, why = self._compare()
            if self._must_ask(look, why):
                self._asked = look
                if why or not self._begun:
                    self._ask(look)
                else:
                    self._aside(partial(self._ask, look))
                look, why = self._compare()
            self._begun = True
            if why:
                self._hear_person()
                look, why = self._compare()
            self._keep(look, why)
            return self._trust(look, why)

    def glance(self) -> Trust:
        """Look at the clock alone, and notice a jump: for the moment before something goes out.

        Takes microseconds, on any thread. Not before the first :meth:`check` is it true.
        """
        look, why = self._compare()
        return self._trust(look, why if self._begun else "the clock has not been looked at yet")

    def confirm(self, by: str) -> None:
        """Have the log say that a person, in the role ``by``, vouches for the clock as it is now.

        A gate of any process that is closed opens at its next check, if its own clock agrees.
        """
        if not by.strip():
            raise ValueError("a confirmation needs the name of a role")
        look = look_at(self._time)
        self._log.mark(ClockMark(look.at, tzdata_version(), by, self._boot, look.zero))

    def _trust(self, look: Look, why: str) -> Trust:
        return Trust(look.at, f"{why}: nothing is posted; {self._remedy}" if why else "")

    # --- looking at the clock ---

    def _compare(self) -> tuple[Look, str]:
        """A fresh look, and the gate's state after it."""
        with self._lock:
            look = look_at(self._time)
            if self._zero is not None:
                off = look.off(self._zero)
                if abs(off) > self._tolerance:
                    if not self._why:
                        way = "forward" if off > _NOTHING else "back"
                        self._close(f"the clock jumped {way} by {span(abs(off))}")
                elif not self._why:
                    most = timedelta(seconds=_PULL * max(0.0, look.elapsed - self._seen))
                    self._zero += max(-most, min(most, off))
                elif not self._against:
                    self._open(self._zero, "it is back where it was")
            self._seen = look.elapsed
            return look, self._why

    # --- opening and closing, under the lock ---

    def _open(self, zero: datetime, how: str, *, person: bool = False) -> None:
        self._why, self._zero, self._person, self._unmarked = "", zero, person, True
        log.warning("the clock is believed again: %s", how)

    def _close(self, why: str) -> None:
        if not self._why:
            self._fresh, self._person, self._unmarked = True, False, True
            log.warning("nothing is posted: %s; %s", why, self._remedy)
        self._why = why

    # --- log, witnesses, people: for whose turn it is ---

    def _begin(self) -> None:
        """Believe the clock, unless it is not where the log has it."""
        last, self._known = self._log.last(), self._log.confirmed()
        with self._lock:
            look = look_at(self._time)
            then, word = self._of_this_run(last), self._of_this_run(self._known)
            self._zero = then or look.zero
            self._person = word is not None and abs(look.off(word)) <= self._tolerance
            if last and last.why:
                self._zero = then
                self._close(last.why)
            elif last and not then and look.at < last.at - self._tolerance:
                self._zero = None
                self._close(f"the clock says {told(look.at)}, it was {told(last.at)} before")

    def _of_this_run(self, mark: ClockMark | None) -> datetime | None:
        """The zero of a mark that was made by the same count as ours."""
        return mark.zero if mark and self._boot and mark.boot == self._boot else None

    def _must_ask(self, look: Look, why: str) -> bool:
        if self._asked is None or abs(look.off(self._asked.zero)) > self._tolerance:
            return True
        return look.elapsed - self._asked.elapsed >= (_CLOSED_EVERY if why else _OPEN_EVERY)

    def _ask(self, look: Look) -> None:
        """Let every witness speak. One that contradicts outweighs all that vouch."""
        word = listen(self._witnesses, self._time, self._within)
        with self._lock:
            if self._asked is not look:
                return  # they have been asked again meanwhile
            self._against = word.against
            if word.against:
                self._contradicted(word)
            elif word.vouched is not None:
                if self._why:
                    self._open(word.vouched.zero, "a witness vouches for it")
                self._zero = word.vouched.zero

    def _contradicted(self, word: Word) -> None:
        if self._person:
            return
        if self._zero is not None and abs(word.zero - self._zero) > self._within:
            # What was believed is wrong as well, and nothing to come back to.
            self._zero, self._unmarked = None, True
        self._close(word.against)

    def _hear_person(self) -> None:
        mark = self._log.confirmed()
        with self._lock:
            new = not self._fresh and mark is not None and mark != self._known
            self._known, self._fresh = mark, False
            look = look_at(self._time)
            if self._why and new and mark and abs(look.at - mark.at) <= self._within:
                self._open(look.zero, f"{mark.by} vouches for it", person=True)

    def _keep(self, look: Look, why: str) -> None:
        if self._unmarked or (not why and look.elapsed - self._marked >= _MARK_EVERY):
            mark = ClockMark(look.at, tzdata_version(), "", self._boot, self._zero, why)
            self._log.mark(mark)
            self._marked, self._unmarked = look.elapsed, False
