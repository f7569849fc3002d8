"""From a card to a post: localised, drawn, captioned, described; or held with reasons.

The one place where the stages meet. It decides nothing about time: the same card for the same
society and day gives the same post.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaigns.library import Library
from campaigns.model import Campaign, Card, Channel, Society
from campaigns.overrides import of_message
from campaigns.pictures import consent_problems
from campaigns.records import Referral, max_age
from campaigns.review import campaign_errors, card_errors
from locales import Catalogues, Held, LocalisedCard
from locales.checks import HASHTAGS, hashtags
from locales.translator import Translator
from rendering.asset import Asset, CardRequest
from rendering.build import BuildReport, Progress, Workshop
from rendering.caption import caption, captions
from rendering.errors import RenderError
from scheduler.delivery import Content, Delivery, PictureRef
from templates.layouts import LayoutError

log = logging.getLogger("clarion.pictures")

SAMPLE = "sample"

HEARTS = {
    "myth_fact": "fact",
    "tip": "title",
    "statistic": "lead",
    "result": "lead",
    "definition": "slides.1.heading",
}
"""The text of a card that stands for it where there is room for one line: in its shortest caption
and as the title of its post. By kind, ``heading`` of all others; a myth never stands alone."""


@dataclass(frozen=True)
class Job:
    """One card of one campaign for one society, in one locale, for one occurrence of its day."""

    campaign: Campaign
    card: Card
    society: Society
    locale: str
    day: date

    def line_problem(self, line: Referral, on: date) -> str:
        """Why this line may not be shown on a post of that day, or an empty text."""
        return line.problem(on, self.society.territory, max_age(self.campaign.observance))


@dataclass
class Press:
    """Makes posts. ``sample_helpline`` lets cards show the sample line."""

    library: Library
    catalogues: Catalogues
    workshop: Workshop
    captions: ImmutableSandboxedEnvironment
    sample_helpline: bool = False
    _digests: dict[str, str] = field(default_factory=dict)

    def localise(self, job: Job) -> LocalisedCard | Held:
        """The card's finished texts as everything stands at this moment, or why it is held."""
        return self.reading().localise(job)

    def reading(self) -> Reading:
        """Everything read once, for many cards in one go."""
        return Reading(self)

    def helpline(self, job: Job) -> Referral | None:
        """The society's first line that may be shown on the job's day; a sample only where that is
        wanted."""
        for line in self.lines(job.society):
            if not job.line_problem(line, job.day):
                return line
        return self.library.referrals.get(SAMPLE) if self.sample_helpline else None

    def lines(self, society: Society) -> list[Referral]:
        """The records that the society names and the library has, in the society's order."""
        register = self.library.referrals
        return [register[name] for name in society.helplines if name in register]

    def requests(self, job: Job, card: LocalisedCard, form: str) -> tuple[CardRequest, ...]:
        """The pictures of a card in one format, in order."""
        photo, brand = job.card.photo, job.society.brand
        return tuple(
            CardRequest(
                layout=card.layout,
                format=form,
                direction=card.direction,
                language=card.language,
                slots=slots,
                emblem=job.society.emblem,
                logo=brand.logo,
                wordmark=brand.wordmark,
                brand=brand.colours,
                photo=photo.file if photo else None,
                focus=photo.focus if photo else None,
            )
            for slots in card.slides
        )

    def draw(
        self, requests: Iterable[CardRequest], workers: int, progress: Progress | None = None
    ) -> tuple[BuildReport, Mapping[str, str]]:
        """Draw what is missing; the report, and asset names that could not be made with why."""
        report = self.workshop.build(requests, workers, progress)
        if report.shared.why:
            log.warning("%s", report.shared.why)
        if report.shared.strayed:
            log.warning(
                "%d pictures that other machines had in hand are not in %s, so this one drew them; "
                "give every machine the same 'assets' and the same version of Clarion",
                report.shared.strayed,
                self.workshop.store.folder,
            )
        return report, {failed.name: failed.reason for failed in report.failed}

    def try_out(
        self, requests: Iterable[CardRequest], progress: Progress | None = None
    ) -> Mapping[str, str]:
        """What :meth:`draw` could not make and why, found without making anything.

        Nothing is written, and a picture that is in the store needs no second look.
        """
        shop = self.workshop
        wanted: dict[str, CardRequest] = {}
        for request in requests:
            with suppress(LayoutError):  # has no name; whoever looks for it is told why
                wanted[shop.asset(request).name] = request
        there = shop.store.holds(wanted, shop.encoding)
        new = [item for item in wanted.items() if item[0] not in there]
        failed: dict[str, str] = {}
        for done, (name, request) in enumerate(new, 1):
            try:
                with shop.composer.drawn(request):
                    pass
            except (LayoutError, RenderError) as error:
                failed[name] = str(error)
            if progress is not None:
                progress(done, len(new))
        return failed

    def bring(self, content: Content) -> None:
        """See that the pictures of a post lie on this machine, wherever they were drawn.

        Raises ``AssetError`` when one arrives otherwise than it was approved, and its kind
        ``StoreUnavailable`` when the place they are kept in does not answer: later it may.
        """
        for picture in content.pictures:
            self.workshop.store.fetch(picture.file, picture.digest)

    def content(
        self, job: Job, card: LocalisedCard, channel: Channel, failed: Mapping[str, str]
    ) -> Content | tuple[str, ...]:
        """What is approved and posted on a channel, with the first of its post texts, or the
        reasons why there is nothing."""
        form = picture_format(channel)
        requests = self.requests(job, card, form)
        try:
            assets = [self.workshop.asset(request) for request in requests]
            text = next(self.captions_for(card, channel))
        except (LayoutError, RenderError) as error:
            return (str(error),)
        reasons = [f"{form}: {failed[asset.name]}" for asset in assets if asset.name in failed]
        if reasons:
            return tuple(dict.fromkeys(reasons))
        return Content(
            text=text,
            language=card.language,
            title=_title(card),
            direction=card.direction,
            pictures=tuple(
                self._picture(asset, alt) for asset, alt in zip(assets, card.alts, strict=True)
            ),
            facts=self._facts(job, card, channel),
        )

    def caption(self, card: LocalisedCard, style: str) -> str:
        """The post text in one style."""
        return caption(self.captions, style, _values(card))

    def captions_for(self, card: LocalisedCard, channel: Channel) -> Iterator[str]:
        """The post texts for a channel, from the one to post to those for a platform that does
        not take it. Raises ``CaptionError`` where there is none."""
        return captions(self.captions, channel.caption, _values(card))

    def _facts(
        self, job: Job, card: LocalisedCard, channel: Channel
    ) -> tuple[tuple[str, str], ...]:
        sources = [self.library.sources[name] for name in job.card.sources]
        locale = job.locale if job.locale in job.society.names else card.locale
        facts = [
            ("account", f"{job.society.names['en']}, channel {channel.id}"),
            ("society_name", job.society.name(locale)),
            ("campaign_title", card.texts["campaign_title"]),
            ("observance", card.texts["day_name"]),
            ("sources", "; ".join(f"{source.title} ({source.credit})" for source in sources)),
            ("reviewed", "yes" if card.reviewed else "no: draft translation awaiting review"),
        ]
        if card.helpline:
            facts.append(("helpline", card.texts["helpline_text"]))
        return tuple(facts)

    def _picture(self, asset: Asset, alt: str) -> PictureRef:
        if asset.name not in self._digests:
            self._digests[asset.name] = asset.digest()
        return PictureRef(
            digest=self._digests[asset.name],
            file=asset.file.relative_to(self.workshop.store.folder).as_posix(),
            media_type=asset.media_type,
            width=asset.width,
            height=asset.height,
            alt=alt,
        )


class Reading:
    """Localises many cards, and looks into every file once: what is edited meanwhile is not seen.

    Made for one command's work and then let go; at the moment of posting everything is read anew.
    """

    def __init__(self, press: Press) -> None:
        self._press = press
        self._library = press.library
        self._translator = Translator(press.library, press.catalogues)
        self._wrong: dict[int, tuple[Card, tuple[str, ...]]] = {}

    def localise(self, job: Job) -> LocalisedCard | Held:
        """The card's finished texts, or why it is held: first of all what 'check' finds wrong."""
        consent = consent_problems(job.card, job.day, job.society.territory)
        if reasons := (*self._errors(job.card, job.campaign), *consent):
            return Held(job.campaign.id, job.card.id, job.locale, reasons)
        return self._translator.localise(
            job.card,
            job.campaign,
            job.society,
            job.locale,
            observance_date=job.day,
            helpline=self._press.helpline(job),
        )

    def _errors(self, card: Card, campaign: Campaign) -> tuple[str, ...]:
        """Remembered by the very card, which is kept: another of its name is looked at anew."""
        if id(card) not in self._wrong:
            errors = card_errors(card, self._library, campaign.source_locale)
            errors += campaign_errors(campaign)
            reasons = [f"{e.field}: {e.problem}; {e.remedy}" for e in errors]
            self._wrong[id(card)] = card, (*reasons, *self._of_hashtags(campaign))
        return self._wrong[id(card)][1]

    def _of_hashtags(self, campaign: Campaign) -> Iterator[str]:
        locale = campaign.source_locale
        allowed = of_message(self._library.overrides.values(), locale, campaign.id, HASHTAGS)
        for one in hashtags(campaign.hashtags, locale, allowed):
            if one.level == "error":
                yield f"{HASHTAGS}: {one.problem}; {one.remedy}"


def _title(card: LocalisedCard) -> str:
    """What tells the post from the others of its campaign, in a line."""
    return card.texts[HEARTS.get(card.kind, "heading").replace(".", "_")]


def _values(card: LocalisedCard) -> dict[str, Any]:
    """What a caption template is given; ``figures`` says whether a number needs its source."""
    only = card.slides[0] if len(card.slides) == 1 else {}
    own = {"kind": card.kind, "slides": card.slides, "figures": bool(card.figures)}
    return {**card.texts, **only, **own}


def picture_format(channel: Channel) -> str:
    """The picture format a channel posts: its ``format`` setting, square when it has none."""
    return channel.settings.get("format", "square")


def job_of(press: Press, delivery: Delivery) -> Job:
    """What a delivery was made from. ``ContentError`` or ``KeyError`` when that is gone."""
    campaign = press.library.campaign(delivery.campaign)
    return Job(
        campaign,
        campaign.card(delivery.card),
        press.library.societies[delivery.society],
        delivery.locale,
        delivery.occurrence,
    )
