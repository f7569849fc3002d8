"""Deliveries as a campaign makes them: every society, eight channels each, texts of real length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from scheduler.delivery import Content, Delivery, Late, PictureRef, delivery_id
from tests.benchmarks.schedule.post import TEXT

SOCIETIES, PLATFORMS = 191, 8
DAY = date(2027, 7, 30)
AUTHOR, APPROVER = "author", "approver"
_CAMPAIGN = "myths-and-facts"
_LOCALES = ("en", "fr", "es", "pt", "ar", "ru", "zh", "it", "de", "uk", "bn", "th", "sw", "am")
_FACTS = (
    ("observance", "World Day Against Trafficking in Persons, 30 July 2027"),
    ("sources", "UNODC, Global Report on Trafficking in Persons 2024, page 47; ILO 2022, page 13"),
    ("helpline", "Anti-trafficking line 0800 000 000, every day, verified 2027-05-02"),
)


def deliveries(due: Iterable[datetime], pictures: Sequence[PictureRef] = ()) -> Iterator[Delivery]:
    """One for each instant, going round societies, platforms and then cards."""
    for number, at in zip(count(), due, strict=False):
        card, account = divmod(number, SOCIETIES * PLATFORMS)
        society, platform = divmod(account, PLATFORMS)
        yield _delivery(f"card-{card + 1}", society, platform, at, tuple(pictures))


def _delivery(
    card: str, society: int, platform: int, at: datetime, pictures: tuple[PictureRef, ...]
) -> Delivery:
    locale = _LOCALES[society % len(_LOCALES)]
    name, channel = f"society-{society:03}", f"channel-{platform}"
    text = f"{TEXT} {card} {name} {channel}"
    return Delivery(
        id=delivery_id(_CAMPAIGN, card, name, channel, locale, DAY),
        campaign=_CAMPAIGN,
        card=card,
        society=name,
        channel=channel,
        platform=f"platform-{platform}",
        locale=locale,
        occurrence=DAY,
        wall=at.astimezone(UTC).replace(tzinfo=None),
        zone="Etc/UTC",
        due_at=at,
        expires_at=at + timedelta(hours=8),
        late=Late.POST_UNTIL,
        author=AUTHOR,
        content=Content(text, locale, f"Myth and fact: {card}", "ltr", pictures, _FACTS),
    )


def picture(folder: Path, size: int = 200_000) -> PictureRef:
    """A file as large as a picture; nobody looks at it, only its digest is taken."""
    data = bytes(number % 251 for number in range(size))
    (folder / "card.jpg").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return PictureRef(digest, "card.jpg", "image/jpeg", 1080, 1080, "Two hands, one holding a key.")
