"""Campaigns and societies become deliveries with their content, or held with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from campaigns.errors import one_line
from campaigns.holidays import public_holidays
from campaigns.model import WEEKDAYS, Campaign, Channel, Schedule, Society
from clarion.fitting import fit, reasons
from clarion.press import Job, Press, job_of, picture_format
from clarion.wiring import Studio
from locales import Held, LocalisedCard
from publishers.errors import SetupError
from publishers.port import Finding
from rendering.asset import CardRequest
from rendering.build import Progress
from rendering.errors import RenderError
from scheduler.days import REACH, Blackout, Days, Quiet, Rule
from scheduler.delivery import Content, Delivery, Entry, Late
from scheduler.ledger import Filter, PutCounts
from scheduler.plan import LatePolicy, Slot, Target, plan
from scheduler.post import compose
from templates.layouts import LayoutError


@dataclass(frozen=True)
class Edition:
    """One campaign for one society."""

    campaign: Campaign
    society: Society

    def occurrence(self, press: Press, after: date) -> date:
        """The next date of the campaign's day."""
        return press.library.observances[self.campaign.observance].on_or_after(after)


def editions(campaigns: Iterable[Campaign], societies: Sequence[Society]) -> list[Edition]:
    """Every campaign for every society."""
    return [Edition(campaign, society) for campaign in campaigns for society in societies]


def schedule(campaign: Campaign, societies: Sequence[Society], day: date) -> list[Delivery]:
    """The plan of one campaign around one date of its day, still without content.

    Raises ``ContentError`` where a rule about days off needs the public holidays of a country that
    nothing is known of.
    """
    schedule = campaign.schedule
    slots = [Slot(slot.day, schedule.at, card) for slot in schedule.slots for card in slot.cards]
    targets = [
        Target(society.id, channel.id, channel.platform, channel.locale, society.timezone)
        for society in societies
        for channel in society.channels
    ]
    late = LatePolicy(Late(schedule.late), schedule.until)
    days = {society.id: _days(schedule, society, day) for society in societies}
    return list(
        plan(campaign.id, campaign.author, day, slots, targets, late, days, schedule.spread)
    )


def _days(schedule: Schedule, society: Society, day: date) -> Days:
    """The society's days off around one date of the campaign's day, and its rules about them."""
    rules = society.days.over(schedule.days)
    around = [timedelta(days=slot.day) for slot in schedule.slots]
    holidays: Mapping[date, str] = {}
    if rules.mind_days_off and around:
        holidays = public_holidays(society, day + min(around) - REACH, day + max(around))
    return Days(
        weekend=frozenset(map(WEEKDAYS.index, society.weekend)),
        holidays=holidays,
        working=society.working_days,
        on_weekend=Rule(rules.weekend or "post"),
        on_holiday=Rule(rules.holidays or "post"),
        on_observance=Rule(rules.observance or "post"),
        answers={date_: Rule(answer) for date_, answer in rules.answers.items()},
        blackout=tuple(Blackout(one.first, one.last, one.why) for one in rules.blackout),
        quiet=Quiet(*rules.quiet) if rules.quiet else None,
    )


def fill(
    studio: Studio, deliveries: Sequence[Delivery], progress: Progress | None = None
) -> list[Delivery]:
    """The deliveries with content or with the reasons why they are held. Draws what is missing."""
    press = studio.press
    jobs = _jobs(press, deliveries)
    reading = press.reading()
    localised = {key: reading.localise(job) for key, job in jobs.items()}
    channels = {
        (society.id, channel.id): channel
        for society in press.library.societies.values()
        for channel in society.channels
    }
    wanted: list[CardRequest] = []
    for delivery in deliveries:
        card = localised[_key(delivery)]
        if isinstance(card, LocalisedCard):
            form = picture_format(channels[delivery.society, delivery.channel])
            wanted.extend(press.requests(jobs[_key(delivery)], card, form))
    _, failed = press.draw(wanted, studio.settings.workers, progress)
    filled = []
    for delivery in deliveries:
        card = localised[_key(delivery)]
        channel = channels[delivery.society, delivery.channel]
        filled.append(_filled(studio, jobs[_key(delivery)], card, delivery, channel, failed))
    return filled


def plan_workspace(
    studio: Studio,
    societies: Sequence[str],
    campaigns: Sequence[str],
    after: date,
    now: datetime,
    progress: Progress | None = None,
) -> tuple[list[Entry], PutCounts]:
    """Plan campaigns for societies and write the plan into the ledger.

    Societies left out are left as they were planned; a whole plan withdraws what is no longer
    in it.
    """
    chosen, everybody = studio.societies(societies), not societies
    deliveries: list[Delivery] = []
    for campaign in studio.campaigns(campaigns):
        day = studio.library.observances[campaign.observance].on_or_after(after)
        deliveries += schedule(campaign, chosen, day)
    filled = fill(studio, deliveries, progress)
    whole = {delivery.series for delivery in filled} if everybody else ()
    counts = studio.ledger.put(filled, now, whole=whole)
    return studio.ledger.entries(Filter(ids={delivery.id for delivery in filled})), counts


def _offered(
    studio: Studio, job: Job, card: LocalisedCard, channel: Channel, made: Delivery
) -> Delivery:
    """With the first text that its channel takes. Held when it would take none, or not the
    pictures: found now, by the publisher, without posting."""
    if made.content is None:
        return made

    def validate(content: Content) -> list[Finding]:
        post = compose(made, content, studio.settings.assets)
        return studio.publisher_for(made).validate(post)

    try:
        shorter = islice(studio.press.captions_for(card, channel), 1, None)
        content, findings = fit(made.content, shorter, validate)
    except (SetupError, RenderError) as error:
        return replace(made, held=(*made.held, str(error)))
    held = (*made.held, *reasons(findings, job, card, channel))
    return replace(made, content=content, held=held)


@dataclass(frozen=True)
class Drawing:
    """One picture that is wanted: ``number`` is its place in the card, from 1."""

    job: Job
    card: LocalisedCard
    format: str
    number: int
    request: CardRequest


@dataclass(frozen=True)
class Trouble:
    """A picture that cannot be made, and all the societies it cannot be made for."""

    campaign: str
    card: str
    locale: str
    format: str
    problem: str
    societies: tuple[str, ...]

    def __str__(self) -> str:
        shared = f" ({len(self.societies)} societies)" if len(self.societies) > 1 else ""
        return one_line(
            f"{self.campaign}/{self.card}, {self.locale}, {self.format}: {self.problem}{shared}"
        )

    def as_dict(self) -> dict[str, object]:
        """The fields by name."""
        return asdict(self)


def drawings(
    press: Press, editions: Iterable[Edition], day_after: date, formats: Iterable[str]
) -> tuple[list[Drawing], list[Held]]:
    """Every picture of these editions in these formats, and the cards that are held."""
    wanted: list[Drawing] = []
    held: list[Held] = []
    forms, reading, days = tuple(formats), press.reading(), dict[str, date]()
    for edition in editions:
        if edition.campaign.id not in days:
            days[edition.campaign.id] = edition.occurrence(press, day_after)
        day = days[edition.campaign.id]
        for locale in dict.fromkeys(channel.locale for channel in edition.society.channels):
            for card in edition.campaign.cards:
                job = Job(edition.campaign, card, edition.society, locale, day)
                done = reading.localise(job)
                if isinstance(done, Held):
                    held.append(done)
                    continue
                for form in forms:
                    requests = enumerate(press.requests(job, done, form), 1)
                    wanted += [Drawing(job, done, form, n, request) for n, request in requests]
    return wanted, held


def troubles(press: Press, wanted: Iterable[Drawing], failed: Mapping[str, str]) -> list[Trouble]:
    """What could not be made, in the order it was wanted: once however many societies share it.

    ``failed`` gives the reason by asset name, as :meth:`Press.draw` returns it. A layout that
    cannot be read is no fault of its cards and is said once, with the first of them.
    """
    found: dict[tuple[str, str, str, str, str], dict[str, None]] = {}
    unreadable: set[str] = set()
    for drawing in wanted:
        job = drawing.job
        key = (job.campaign.id, job.card.id, job.locale, drawing.format)
        try:
            problem = failed.get(press.workshop.asset(drawing.request).name)
        except LayoutError as error:
            problem = str(error)
            if problem in unreadable and (*key, problem) not in found:
                continue
            unreadable.add(problem)
        if problem is not None:
            found.setdefault((*key, problem), {})[job.society.id] = None
    return [Trouble(*key, tuple(societies)) for key, societies in found.items()]


_Key = tuple[str, str, str, str, date]


def _key(delivery: Delivery) -> _Key:
    return (
        delivery.campaign,
        delivery.card,
        delivery.society,
        delivery.locale,
        delivery.occurrence,
    )


def _jobs(press: Press, deliveries: Sequence[Delivery]) -> dict[_Key, Job]:
    return {_key(delivery): job_of(press, delivery) for delivery in deliveries}


def _filled(
    studio: Studio,
    job: Job,
    card: LocalisedCard | Held,
    delivery: Delivery,
    channel: Channel,
    failed: Mapping[str, str],
) -> Delivery:
    if isinstance(card, Held):
        return replace(delivery, held=(*delivery.held, *card.reasons))
    if late := card.out_of_time(delivery.wall.date()):
        return replace(delivery, held=(*delivery.held, late))
    made = studio.press.content(job, card, channel, failed)
    if isinstance(made, Content):
        return _offered(studio, job, card, channel, replace(delivery, content=made))
    return replace(delivery, held=(*delivery.held, *made))
