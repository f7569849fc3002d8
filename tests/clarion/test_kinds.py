"""Every kind of card, from its file to a rehearsed post: it fits, it is described, it is timely."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from campaigns.kinds import KINDS
from clarion.gate import Gate
from clarion.press import Job
from clarion.pseudo import pseudo_editions, pseudo_press
from clarion.settings import Settings
from clarion.wiring import Studio
from locales import LocalisedCard
from locales.placeholders import strip_isolates
from locales.pseudo import parse
from rendering.asset import CardRequest
from rendering.errors import RenderError
from rendering.fitting import Fitting
from tests.conftest import Command
from tests.samples import kinds

CARDS = [card.id for card in kinds.campaign().cards]
LOCALES = pytest.mark.parametrize("locale", kinds.SPEAKERS)
EVERY_CARD = pytest.mark.parametrize("card", CARDS)


def test_the_campaign_has_a_card_of_every_kind() -> None:
    assert {card.kind for card in kinds.campaign().cards} == set(KINDS)


@LOCALES
@EVERY_CARD
def test_it_fits_every_format(card: str, locale: str) -> None:
    society = kinds.SPEAKERS[locale]
    assert troubles(kinds.studio(), kinds.job(card, society, locale)) == []


def test_it_fits_two_fifths_longer(tmp_path: Path) -> None:
    studio = Studio(Settings(copied(tmp_path)))  # no line: the note on a sample is not for readers
    campaign, pseudo = studio.library.campaign("all-kinds"), parse("140%")
    press = pseudo_press(studio, pseudo, [campaign])
    [edition] = pseudo_editions(studio, pseudo, [campaign], ["mt"])
    found = []
    for card in campaign.cards:
        job = Job(campaign, card, edition.society, pseudo.locale, kinds.DAY)
        done = press.localise(job)
        assert isinstance(done, LocalisedCard), done
        for form in press.workshop.composer.theme.formats:
            for request in press.requests(job, done, form):
                try:
                    press.workshop.composer.compose(request)
                except RenderError as error:
                    found.append(f"{card.id}, {form}: {error}")
    assert found == []


@LOCALES
@EVERY_CARD
def test_its_description_says_every_word_on_the_picture(card: str, locale: str) -> None:
    society = kinds.SPEAKERS[locale]
    done, job = kinds.localised(card, society, locale), kinds.job(card, society, locale)
    for request, alt in zip(
        kinds.studio().press.requests(job, done, "square"), done.alts, strict=True
    ):
        said = words(alt)
        for text in printed(request):
            assert words(text) <= said, text


def printed(request: CardRequest) -> Iterator[str]:
    """All texts of a picture but its hashtag, which stands in the post."""
    theme = kinds.studio().press.workshop.composer.theme
    fitting = Fitting(theme, theme.layout(request.layout), request)
    for element in fitting.elements:
        if element.name != "hashtag":
            yield from fitting.wording(element).texts


def words(text: str) -> set[str]:
    """The words of a text, whatever stands between them."""
    return set(re.findall(r"[^\W_]+", strip_isolates(text)))


def test_no_line_ends_within_two_days_of_one_month() -> None:
    alt = kinds.localised("course", "dz", "ar").alts[0]
    assert "3–\u20605" in alt
    assert "\xa0– 1\xa0" in alt, "a longer range may be parted after its dash"
    english = kinds.localised("course", "mt", "en_GB").alts[0]
    assert "3\u202f–\u2060\u202f5\xa0September" in english


@LOCALES
@pytest.mark.parametrize("style", ["brief", "short", "long"])
@EVERY_CARD
def test_every_style_of_post_text_can_be_written(card: str, style: str, locale: str) -> None:
    done = kinds.localised(card, kinds.SPEAKERS[locale], locale)
    text = kinds.studio().press.caption(done, style)
    assert text.endswith(
        "#EndHumanTrafficking" if locale == "en_GB" else "#EndHumanTrafficking\u2069"
    )
    assert "\n\n\n" not in text
    if done.texts["occasion"]:
        assert done.texts["occasion"] in text


def test_what_is_over_or_still_to_come_is_held_when_it_is_planned(
    tmp_path: Path, clarion: Command
) -> None:
    folder = copied(tmp_path)
    file = folder / "campaigns" / "all-kinds" / "campaign.yaml"
    text = file.read_text("utf-8")
    for before, after in (
        ('date: "2027-07-30"\n    time', 'date: "2027-07-24"\n    time'),  # posted on the 25th
        ('"+3": [looking-back]', '"-8": [looking-back]'),
    ):
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, "utf-8")
    place = ("--workspace", folder)
    clarion("plan", "--for", "2027-07-30", *place)
    held = {
        (one["card"], one["reason"])
        for one in clarion("status", "--all", "--json", *place).value["deliveries"]
        if one["reason"].startswith("what it")
    }
    assert held == {
        ("evening", "what it announces is over since 2027-07-24; change the date or take it out"),
        ("looking-back", "what it looks back at is only on 2027-07-30; post it later"),
    }


def test_a_campaign_of_every_kind_is_planned_approved_and_rehearsed(
    tmp_path: Path, clarion: Command
) -> None:
    place = ("--workspace", copied(tmp_path))
    planned = clarion("plan", "--for", "2027-07-30", *place)
    assert planned.code == 0, planned
    assert clarion("approve", "--as", "editor", *place).code == 0
    deliveries = clarion("status", "--all", "--json", *place).value["deliveries"]
    assert {one["card"] for one in deliveries} == set(CARDS)
    done = clarion("rehearse", "--for", "2027-07-30", "--json", *place)
    assert done.code == 0, done


@pytest.mark.parametrize(
    ("card", "day", "why"),
    [
        ("evening", date(2027, 7, 30), ""),
        ("evening", date(2027, 7, 31), "is over since 2027-07-30"),
        ("course", date(2027, 9, 5), ""),
        ("course", date(2027, 9, 6), "is over since 2027-09-05"),
        ("looking-back", date(2027, 7, 29), "is only on 2027-07-30"),
        ("looking-back", date(2027, 7, 30), ""),
        ("tip", date(2030, 1, 1), ""),
    ],
)
def test_a_card_with_a_date_has_its_days(card: str, day: date, why: str) -> None:
    found = kinds.localised(card, "mt", "en_GB").out_of_time(day)
    assert why in found
    assert bool(why) == bool(found)


def test_a_card_out_of_time_is_held_at_the_moment_of_posting() -> None:
    gate = Gate(kinds.studio().press, rehearsal=True)
    done, job = kinds.localised("evening", "mt", "en_GB"), kinds.job("evening", "mt", "en_GB")
    assert gate.problems(done, job, date(2027, 7, 30)) == []
    [reason] = gate.problems(done, job, date(2027, 7, 31))
    assert reason.startswith("what it announces is over since 2027-07-30")


def troubles(studio: Studio, job: Job) -> list[str]:
    """What does not fit, in any format."""
    done = studio.press.localise(job)
    assert isinstance(done, LocalisedCard), done
    found, composer = [], studio.press.workshop.composer
    for form in composer.theme.formats:
        for request in studio.press.requests(job, done, form):
            try:
                composer.compose(request)
            except RenderError as error:
                found.append(f"{form}: {error}")
    return found


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(kinds.FOLDER, folder / "workspace"))
