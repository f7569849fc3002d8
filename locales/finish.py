"""Translated texts, completed: values put in, slots named, pictures described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from campaigns.library import Library
from campaigns.model import Campaign, Card, Society
from campaigns.records import Referral
from locales import formats
from locales.card import LocalisedCard
from locales.formats import FormatsError
from locales.lookup import Texts, alt_context
from locales.occasions import apart
from locales.particulars import particulars
from locales.placeholders import Direction, names, strip_isolates, substitute

_LINE_NAMES = frozenset({"helpline", "helpline_name"})
_ALWAYS = ("more", "helpline", "helpline_name", "helpline_text", "sample_note")


@dataclass(frozen=True)
class Job:
    """What is to be localised, for whom and for which day."""

    card: Card
    campaign: Campaign
    society: Society
    locale: str
    library: Library
    observance_date: date
    helpline: Referral | None

    @property
    def formats(self) -> str:
        """The locale of numbers and dates, the society's own."""
        return self.society.formats.get(self.locale, self.locale)


def finish(job: Job, texts: Texts) -> LocalisedCard:
    """The finished card. Raises ``PlaceholderError`` and ``FormatsError``, one line each."""
    work = _Work(job, texts, _direction(texts.locale, job.formats), _line(job, texts))
    slides = tuple(work.slots(number) for number in range(1, job.card.pictures + 1))
    return LocalisedCard(
        campaign=job.campaign.id,
        card=job.card.id,
        kind=job.card.kind,
        layout=job.card.layout,
        locale=texts.locale,
        language=formats.language_tag(texts.locale),
        formats=job.formats,
        direction=work.direction,
        slides=slides,
        texts=work.texts_for_posts(),
        alts=tuple(work.alt(number, shown) for number, shown in enumerate(slides, 1)),
        hashtags=job.campaign.hashtags,
        reviewed=texts.reviewed,
        figures=tuple(job.card.figures.values()),
        helpline=work.line.id if work.line else "",
        since=job.card.details.since,
        until=job.card.details.until,
    )


def _unbroken(credit: str) -> str:
    """A source with its year held fast, so that lines break between sources."""
    authors, comma, year = credit.rpartition(", ")
    return f"{authors},\u00a0{year}" if comma else credit


def _direction(locale: str, near: str) -> Direction:
    """The direction of a message locale; one CLDR does not know is written as its formats are."""
    try:
        return formats.direction(locale)
    except FormatsError:
        return formats.direction(near)


def _line(job: Job, texts: Texts) -> Referral | None:
    """The helpline, when this card shows one."""
    shown = [*texts.fields.values(), texts.others["campaign.call"]]
    if job.card.kind == "get_help" or any(names(text) & _LINE_NAMES for text in shown):
        return job.helpline
    return None


@dataclass
class _Work:
    """One card being finished."""

    job: Job
    source: Texts
    direction: Direction
    line: Referral | None
    values: dict[str, str] = field(init=False)
    fields: dict[str, str] = field(init=False)
    labels: dict[str, str] = field(init=False)
    lines: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.values = {**self._facts(), **self._figures(), **self._line_values()}
        self.fields = {
            "body" if name == "body_without_line" else name: self._put(text)
            for name, text in self.source.fields.items()
            if name != self._unused()
        }
        self.labels = self._labels(self.values)
        self.lines = particulars(
            self.job.card, self.source, self.fields, self.direction, self.job.formats
        )

    def slots(self, number: int) -> dict[str, str]:
        """Everything the picture of this number may show."""
        values = self._values(number)
        labels = self.labels if values is self.values else self._labels(values)
        found = {**labels, **self._on_picture(number), **self.lines}
        if self.job.card.kind == "tip":
            found["number"] = values["count"]
        if self.job.card.pictures > 1:
            found |= {"count": values["count"], "total": values["total"]}
            found["counter"] = found.get("label_slide", f"{values['count']}/{values['total']}")
        told = number == self.job.card.pictures or not self.job.card.parts
        source = found["label_source"] if told else ""  # a source speaks for the fact, not the myth
        found |= {"source_line": source, "society": self._put("{society}")}
        found["hashtag"] = self._put("{hashtag}") if "hashtag" in values else ""
        return found | self._line_slots()

    def texts_for_posts(self) -> dict[str, str]:
        """Everything a post text may say."""
        campaign = self.job.campaign
        title = self._put(self.source.others["campaign.title"])
        found = dict.fromkeys(_ALWAYS, "") | {"title": title, "campaign_title": title}
        found |= self.labels | self._lists(self.fields) | self.lines
        found |= {name.replace(".", "_"): text for name, text in self._singular(self.fields)}
        found |= {name: self._put(f"{{{name}}}") for name in ("society", "day_name", "date")}
        found["call"] = self._put(self.source.others["campaign.call"])
        found["sources"] = found["source_line"] = found["label_source"]
        found["hashtags"] = " ".join(
            substitute("{hashtag}", {"hashtag": f"#{tag}"}, self.direction)
            for tag in campaign.hashtags
        )
        return found | self._line_slots() | self._line_text(found)

    def alt(self, number: int, shown: Mapping[str, str]) -> str:
        """What the picture of this number says, for people who do not see what is ``shown``."""
        slots = self._described(shown)
        shared = self.job.library.shared
        context = alt_context(self.job.card, shared, number, with_line=self.line is not None)
        values = self._values(number) | slots
        text = substitute(self.source.others[context], values, self.direction, own=slots)
        if "sample_note" in slots:
            text = self._running(slots["sample_note"], text)
        if "photo_alt" in self.fields:
            text = self._running(text, self.fields["photo_alt"], slots["photo_line"])
        keep = {substitute("{helpline}", values, "ltr")[1:-1]} if self.line else set()
        return strip_isolates(" ".join(text.split(" ")).strip(), keep)

    def _described(self, shown: Mapping[str, str]) -> dict[str, str]:
        """What a description says: lists as sentences, and what its pattern has no place for."""
        slots = {**shown, "items": self._running(*shown.get("items", "").split("\n"))}
        if "editions_line" in slots:
            near = self.job.formats
            slots["editions_line"] = apart([slots["editions_line"], slots.get("place", "")], near)
            slots["body"] = self._running(slots["body"], slots["join"])
        return slots

    def _running(self, *sentences: str) -> str:
        return formats.running(sentences, self.source.locale)

    def _facts(self) -> dict[str, str]:
        job, library = self.job, self.job.library
        sources = [library.sources[name] for name in job.card.sources]
        locale = job.locale if job.locale in job.society.names else self.source.locale
        found = {
            "date": formats.day_and_month(job.observance_date, job.formats),
            "day_name": self.source.others[f"days.{job.campaign.observance}"],
            "society": job.society.name(locale),
            "source": "; ".join(dict.fromkeys(_unbroken(source.credit) for source in sources)),
        }
        if job.card.kind == "tip":
            tips = [card.id for card in job.campaign.cards if card.kind == "tip"]
            found["count"] = formats.whole(tips.index(job.card.id) + 1, job.formats)
        if job.campaign.hashtags:
            found["hashtag"] = f"#{job.campaign.hashtags[0]}"
        urls = [source.url for source in sources if source.url]
        return found | ({"url": urls[0]} if urls else {})

    def _figures(self) -> dict[str, str]:
        register = self.job.library.figures
        found = {}
        for name, figure in self.job.card.figures.items():
            found[name] = formats.figure(register[figure], self.job.formats)
            multiples = formats.multiples(register[figure], self.job.formats)
            found |= {f"{name}_{word}": text for word, text in multiples.items()}
        if "figure" in self.job.card.figures:
            found["year"] = register[self.job.card.figures["figure"]].year
        return found

    def _line_values(self) -> dict[str, str]:
        if self.line is None:
            return {}
        return {
            "helpline": self.line.display,
            "helpline_name": self.line.called(self.source.locale),
        }

    def _values(self, number: int) -> dict[str, str]:
        total = self.job.card.pictures
        if total == 1:
            return self.values
        return self.values | {
            "count": formats.whole(number, self.job.formats),
            "total": formats.whole(total, self.job.formats),
        }

    def _unused(self) -> str:
        """The field of a get_help card that is not for this case."""
        if self.job.card.kind != "get_help":
            return ""
        return "body_without_line" if self.line else "body"

    def _put(self, text: str) -> str:
        return substitute(text, self.values, self.direction)

    def _labels(self, values: Mapping[str, str]) -> dict[str, str]:
        """The labels whose values this card has."""
        return {
            slot: substitute(text, values, self.direction)
            for slot, text in self.source.labels.items()
            if names(text) <= values.keys()
        }

    def _on_picture(self, number: int) -> dict[str, str]:
        here = f"slides.{number}."
        parts = self.job.card.parts
        shown = {
            name.removeprefix(here): text
            for name, text in self.fields.items()
            if (not parts or name in parts[number - 1].fields)
            and (not name.startswith("slides.") or name.startswith(here))
        }
        for name in ("more", "photo_alt"):
            shown.pop(name, None)
        singular = {name.replace(".", "_"): text for name, text in self._singular(shown)}
        return singular | self._lists(shown)

    def _singular(self, fields: Mapping[str, str]) -> list[tuple[str, str]]:
        """Fields with the members of a list named ``item.1``."""
        return [(name.replace("items.", "item."), text) for name, text in fields.items()]

    def _lists(self, fields: Mapping[str, str]) -> dict[str, str]:
        items = [text for name, text in fields.items() if name.startswith("items.")]
        return {"items": "\n".join(items)} if items else {}

    def _line_slots(self) -> dict[str, str]:
        if self.line is None:
            return {}
        found = {name: self._put(f"{{{name}}}") for name in ("helpline", "helpline_name")}
        if self.line.status == "sample":
            found["sample_note"] = self._put(self.source.others["labels.sample_line"])
        return found

    def _line_text(self, found: Mapping[str, str]) -> dict[str, str]:
        """The helpline as post texts print it; a sample always says that it is one."""
        if self.line is None:
            return {}
        text = found.get("label_helpline") or self._put("{helpline_name}: {helpline}")
        note = self._line_slots().get("sample_note", "")
        return {"helpline_text": f"{text}\n{note}" if note else text}
