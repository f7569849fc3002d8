"""What a campaign is: frozen values, no reading and no writing.

A campaign holds cards, a card holds messages. Everything a person may translate is a
:class:`Message` with a stable context; everything that is a fact points to a register.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Literal

from campaigns.consent import Consent
from campaigns.details import Details
from campaigns.errors import Place
from campaigns.kinds import Part

Emblem = Literal["cross", "crescent", "star"]
LatePolicy = Literal["post_until", "hold", "skip"]
LogoHolds = Literal["emblem", "name"]
DayRule = Literal["post", "before", "ask"]
DayAnswer = Literal["post", "before"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

BRANDABLE = ("sea", "deep", "dusk", "foam", "mist")
"""The colours of the palette that a society may replace. The others are not decoration: red is the
emblem's and the myth's, paper, ink and soft are what texts are read in and on."""


@dataclass(frozen=True, slots=True)
class Message:
    """A translatable text.

    ``context`` is its identity (gettext ``msgctxt``), not the English wording. ``max`` is the
    longest the English may be, in grapheme clusters. ``minor`` says that its last rewording left
    the meaning as it was, so that translations may stay.
    """

    context: str
    text: str
    max: int
    where: str
    what: str
    note: str
    place: Place
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of a card: where it lies, whose it is, what it shows, and who agreed to its use.

    ``origin``, ``depicts`` and ``people`` are words of :mod:`campaigns.pictures`. ``consent`` is
    that of the people who can be recognised; None where nobody can. ``focus`` is what matters in
    it, as fractions of the upright picture from its left and top; None when nobody has said.
    """

    file: Path
    credit: str
    origin: str
    depicts: tuple[str, ...]
    people: str
    consent: Consent | None
    place: Place
    focus: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class RiskNote:
    """Who could be hurt by a campaign, what is done about it, and who assessed that and when.

    A part that is not written yet is empty. ``place`` is where the note stands, or should.
    """

    could_be_hurt: str
    mitigation: str
    assessed_by: str
    assessed_on: date | None
    place: Place


@dataclass(frozen=True, slots=True)
class Card:
    """One unit of content.

    ``fields`` maps a field to its message in reading order; members of lists and slides are
    ``items.1`` and ``slides.2.heading``. ``pictures`` is how many pictures it makes; ``parts`` says
    what each of them shows where they share the card's fields (myth, then fact), and is empty where
    each picture has fields of its own. ``details`` are days, languages and whatever else nobody
    translates.
    """

    id: str
    kind: str
    layout: str
    sources: tuple[str, ...]
    figures: Mapping[str, str]
    literal_numbers: tuple[str, ...]
    fields: Mapping[str, Message]
    pictures: int
    photo: Photo | None
    place: Place
    parts: tuple[Part, ...] = ()
    details: Details = field(default_factory=Details)


@dataclass(frozen=True, slots=True)
class Slot:
    """Cards of one day: ``day`` counts from the observance."""

    day: int
    cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which nothing goes out, both named ones included, and why."""

    first: date
    last: date
    why: str


@dataclass(frozen=True, slots=True)
class DayRules:
    """What a campaign or a society says about days and hours; None where it says nothing.

    ``weekend``, ``holidays`` and ``observance`` (the observance's own day, wherever it falls) say
    what becomes of a card that is wanted on a day off. ``answers`` say it for one date, and beat
    them. ``quiet`` are local times, from and until, over midnight when the second is smaller.
    """

    weekend: DayRule | None = None
    holidays: DayRule | None = None
    observance: DayRule | None = None
    answers: Mapping[date, DayAnswer] = field(default_factory=dict)
    quiet: tuple[time, time] | None = None
    blackout: tuple[Blackout, ...] = ()

    def over(self, other: DayRules) -> DayRules:
        """These rules laid over others: what they leave unsaid stays, blackouts add up."""
        return DayRules(
            weekend=self.weekend or other.weekend,
            holidays=self.holidays or other.holidays,
            observance=self.observance or other.observance,
            answers={**other.answers, **self.answers},
            quiet=self.quiet or other.quiet,
            blackout=other.blackout + self.blackout,
        )

    @property
    def mind_days_off(self) -> bool:
        """Whether anything depends on which days are off."""
        said = (self.weekend, self.holidays, self.observance, *self.answers.values())
        return any(rule not in (None, "post") for rule in said)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When cards go out: wall time of each society, and what to do when it is late.

    ``until`` is the local time of the same day up to which a late post may still go out. ``spread``
    is how far the posts of one time are drawn apart.
    """

    at: time
    late: LatePolicy
    until: time
    slots: tuple[Slot, ...]
    days: DayRules = field(default_factory=DayRules)
    spread: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What we want to say, in order."""

    id: str
    author: str
    observance: str
    source_locale: str
    hashtags: tuple[str, ...]
    risk: RiskNote
    title: Message
    call: Message
    schedule: Schedule
    cards: tuple[Card, ...]
    file: Path

    def messages(self) -> Iterator[Message]:
        """Every translatable text in the order of the file."""
        yield self.title
        yield self.call
        for card in self.cards:
            yield from card.fields.values()

    def card(self, card_id: str) -> Card:
        """The card with this id; ``KeyError`` when there is none."""
        for card in self.cards:
            if card.id == card_id:
                return card
        raise KeyError(card_id)


@dataclass(frozen=True, slots=True)
class Channel:
    """One account of one society on one platform, in one locale."""

    id: str
    platform: str
    locale: str
    caption: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Brand:
    """How a society's cards differ from everybody's.

    ``colours`` maps names of :data:`BRANDABLE` to ``#RRGGBB`` in capitals. ``logo_holds`` says what
    the logo file shows: the ``emblem`` alone, or the society's ``name`` as well, which is then not
    set in type beside it.
    """

    colours: Mapping[str, str] = field(default_factory=dict)
    logo: Path | None = None
    logo_holds: LogoHolds = "emblem"

    @property
    def wordmark(self) -> bool:
        """Whether there is a logo that holds the society's name."""
        return self.logo is not None and self.logo_holds == "name"


@dataclass(frozen=True, slots=True)
class Society:
    """A National Society. ``names`` maps a message locale to the name in that language.

    ``country`` is the ISO 3166 code whose public holidays it keeps, empty where nobody has said.
    ``holidays`` names further days off by date; ``working_days`` are none, whatever they are
    elsewhere. ``days`` is what it says over a campaign's rules.
    """

    id: str
    names: Mapping[str, str]
    emblem: Emblem
    locales: tuple[str, ...]
    formats: Mapping[str, str]
    timezone: str
    weekend: tuple[str, ...]
    helplines: tuple[str, ...]
    channels: tuple[Channel, ...]
    brand: Brand
    place: Place
    country: str = ""
    holidays: Mapping[date, str] = field(default_factory=dict)
    working_days: frozenset[date] = frozenset()
    days: DayRules = field(default_factory=DayRules)

    @property
    def territory(self) -> str:
        """The country it works in, without a region: ``ES`` of ``ES-CT``."""
        return self.country.partition("-")[0] or self.id.upper()

    def name(self, locale: str) -> str:
        """The society's name in this locale, else its English name."""
        return self.names.get(locale) or self.names["en"]
