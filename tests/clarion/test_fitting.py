"""A post text for each platform, found when it is planned; and what the posts will cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns.model import Channel
from clarion.fitting import Cost, costs, fit, reasons
from clarion.planning import plan_workspace
from clarion.press import HEARTS, Job, Press
from clarion.settings import load_settings
from clarion.wiring import Studio
from locales import LocalisedCard
from publishers.account import FixedAccount
from publishers.errors import SetupError
from publishers.limits import check, missing
from publishers.memory import MemoryPublisher
from publishers.platforms import capabilities
from publishers.port import Finding, Idempotency, Picture, Post, Publisher
from publishers.telegram import TelegramPublisher
from publishers.testing.posts import FACTS
from publishers.x import XPublisher
from rendering.asset import AssetStore
from rendering.build import Workshop
from rendering.caption import AUTOMATIC, VARIANTS
from scheduler.delivery import Content, Delivery, Entry, State
from templates import environment
from tests.conftest import run_process
from tests.publishers.platform_table import kinds
from tests.templates.samples import DAY, catalogues, library

CHANNEL = Channel("mt-x", "x", "en_GB", AUTOMATIC, {})
CONTENT = Content("long text", "en", "T", facts=(("sources", "S"),))
NOW = datetime(2027, 7, 1, tzinfo=UTC)


def longer_than(limit: int) -> Callable[[Content], list[Finding]]:
    def validate(content: Content) -> list[Finding]:
        size = len(content.text)
        text = f"text: {size} characters, at most {limit} allowed; shorten it by {size - limit}"
        return [Finding("text.too_long", "text", limit, size, text)] if size > limit else []

    return validate


# --- which text -----------------------------------------------------------------------------------


def test_a_text_that_fits_is_left_as_it_is_and_no_other_is_made() -> None:
    def never() -> Iterator[str]:
        raise AssertionError("no shorter text was needed")
        yield ""

    assert fit(CONTENT, never(), longer_than(9)) == (CONTENT, [])


def test_the_first_shorter_text_that_fits_is_taken() -> None:
    content, findings = fit(CONTENT, iter(["shorter", "short", "s"]), longer_than(5))
    assert (content, findings) == (replace(CONTENT, text="short"), [])


def test_where_none_fits_the_last_says_by_how_much() -> None:
    content, [finding] = fit(CONTENT, iter(["shorter", "short"]), longer_than(3))
    assert content.text == "short"
    assert (finding.limit, finding.actual) == (3, 5)


def test_no_shorter_text_mends_a_picture() -> None:
    wrong = [missing("picture.ratio", "pictures.1", "picture 1: 1 by 2")]
    assert fit(CONTENT, iter(["short"]), lambda _: wrong) == (CONTENT, wrong)


# --- where to mend it -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Press:
    workshop = Workshop(AssetStore(tmp_path_factory.mktemp("assets")))
    return Press(library(), catalogues(), workshop, environment(), sample_helpline=True)


@pytest.fixture(scope="module")
def everything(press: Press) -> list[LocalisedCard]:
    found: dict[tuple[str, str, str], LocalisedCard] = {}
    for society in library().societies.values():
        for locale in society.locales:
            for campaign in map(library().campaign, library().campaign_ids()):
                for card in campaign.cards:
                    done = press.localise(Job(campaign, card, society, locale, DAY))
                    if isinstance(done, LocalisedCard):
                        found.setdefault((campaign.id, card.id, locale), done)
    assert len({locale for _, _, locale in found}) >= 14
    return list(found.values())


def job(card: str, society: str, locale: str) -> Job:
    for name in library().campaign_ids():
        campaign = library().campaign(name)
        for one in campaign.cards:
            if one.id == card:
                return Job(campaign, one, library().societies[society], locale, DAY)
    raise AssertionError(card)


def told(
    press: Press, code: str, field: str, *, card: str = "smuggling", channel: Channel = CHANNEL
) -> str:
    where = job(card, "it", "it")
    done = press.localise(where)
    assert isinstance(done, LocalisedCard)
    finding = Finding(code, field, 1, 2, "what is wrong")
    [line] = reasons([finding, finding], where, done, channel)
    return line


def test_a_text_too_long_names_the_card_the_text_and_the_file(press: Press) -> None:
    assert told(press, "text.too_long", "text") == (
        "what is wrong, and this is its shortest text: 'fact' of myths-and-facts/smuggling in "
        "locales/it/LC_MESSAGES/myths-and-facts.po"
    )
    assert told(press, "text.too_long", "text", card="get-help").endswith(".po and the helpline")


def test_a_text_of_the_source_language_is_in_the_campaign(press: Press) -> None:
    where = job("smuggling", "mt", "en_GB")
    done = press.localise(where)
    assert isinstance(done, LocalisedCard)
    finding = Finding("alt.too_long", "pictures.1.alt", 1, 2, "alt")
    assert reasons([finding], where, done, CHANNEL) == [
        "alt: it is made of the texts of myths-and-facts/smuggling in "
        "campaigns/myths-and-facts/campaign.yaml"
    ]


@pytest.mark.parametrize(
    ("code", "way"),
    [
        ("hashtags.too_many", "'hashtags' in campaigns/myths-and-facts/campaign.yaml"),
        ("picture.media_type", "'encoding' in clarion.toml decides it"),
        ("picture.ratio", "'format' in the settings of channel mt-x decides it"),
        ("picture.too_large", "'format' in the settings of channel mt-x decides it"),
    ],
)
def test_every_other_way_out_is_named(press: Press, code: str, way: str) -> None:
    assert told(press, code, "pictures.1") == f"what is wrong: {way}"
    assert told(press, "key.missing", "key") == "what is wrong"


def test_a_fixed_caption_is_the_first_thing_to_let_go(press: Press) -> None:
    fixed = replace(CHANNEL, caption="long")
    assert told(press, "text.too_long", "text", channel=fixed) == (
        "what is wrong, or take 'caption: long' out of channel mt-x"
    )


def test_the_text_that_is_named_is_the_one_that_the_shortest_caption_shows(
    press: Press, everything: list[LocalisedCard]
) -> None:
    for card in everything:
        heart = HEARTS.get(card.kind, "heading")
        texts = {**card.texts, **card.slides[0]}
        name = "heading" if heart.startswith("slides") else heart
        shown = card.slides[0][name] if heart.startswith("slides") else texts[name]
        assert shown in press.caption(card, "brief")


# --- every shipped card, in every language, on every platform -------------------------------------

TOO_MUCH = {("telegram", "what-trafficking-is", "fr")}
"""Four pictures whose descriptions alone leave no room under them: held when it is planned."""


def shown(card: LocalisedCard, text: str) -> Post:
    pictures = tuple(
        Picture(Path("x"), "image/jpeg", alt, 1080, 1080, "0" * 64, 300_000) for alt in card.alts
    )
    return Post("key", text, card.language, card.direction, "T", pictures, FACTS)


def test_every_shipped_card_fits_every_platform(
    press: Press, everything: list[LocalisedCard]
) -> None:
    texts = [{style: press.caption(card, style) for style in VARIANTS} for card in everything]
    telegram = TelegramPublisher("c", {"chat": "@abcdef"}, Path("/"), FixedAccount())
    used: dict[str, Counter[str]] = {}
    misfits = set()
    for kind in kinds():
        caps = capabilities(kind, idempotency=Idempotency.NONE)
        used[kind] = Counter()
        for card, variants in zip(everything, texts, strict=True):
            for style in VARIANTS:
                post = shown(card, variants[style])
                # Telegram alone puts descriptions into the text.
                found = telegram.validate(post) if kind == "telegram" else check(post, caps)
                if all(finding.field != "text" for finding in found):
                    break
            used[kind][style] += 1
            if found:
                misfits.add((kind, card.card, card.locale))
    assert misfits == TOO_MUCH
    assert set(used["x"]) == {"short"}
    assert set(used["facebook"]) == set(used["instagram"]) == {"long"}
    assert used["mastodon"]["long"] > used["mastodon"]["short"] > 0
    assert used["mastodon"]["brief"] == 0


# --- in a plan ------------------------------------------------------------------------------------


@pytest.fixture
def plan(workspace: Path) -> Callable[..., dict[str, Delivery]]:
    """Plan with one channel: by card."""

    def planned(channel: str) -> dict[str, Delivery]:
        (workspace / "campaigns" / "societies.yaml").write_text(
            "societies:\n  - id: mt\n"
            "    names: {en: Malta Red Cross Society, en_GB: Our Red Cross}\n"
            "    emblem: cross\n"
            "    locales: [en_GB]\n    formats: {en_GB: en_GB}\n    timezone: Europe/Malta\n"
            f"    weekend: [sat, sun]\n    channels: [{{id: c1, locale: en_GB, {channel}}}]\n",
            "utf-8",
        )
        with closing(Studio(load_settings(workspace))) as studio:
            entries, _ = plan_workspace(studio, (), (), date(2027, 7, 30), NOW)
            return {entry.delivery.card: entry.delivery for entry in entries}

    return planned


def limited(limit: int, caption: str = "caption: automatic, ") -> str:
    return f'platform: folder, {caption}settings: {{text_limit: "{limit}"}}'


def test_a_channel_gets_the_longest_text_that_its_platform_takes(
    plan: Callable[[str], dict[str, Delivery]],
) -> None:
    fixed = {
        style: plan(f"platform: folder, caption: {style}") for style in ("long", "short", "brief")
    }
    free = plan("platform: folder, caption: automatic")
    assert {card: one.content_hash for card, one in free.items()} == {
        card: one.content_hash for card, one in fixed["long"].items()
    }
    for card in free:
        sizes = {}
        for style, made in fixed.items():
            content = made[card].content
            assert content is not None
            sizes[style] = len(content.text)
        if sizes["short"] < sizes["long"]:
            fitted = plan(limited(sizes["short"]))[card]
            assert fitted.content == fixed["short"][card].content
            assert not fitted.held


def test_posts_are_told_apart_by_title_and_name_their_society(
    plan: Callable[[str], dict[str, Delivery]],
) -> None:
    contents = [one.content for one in plan("platform: folder").values()]
    assert all(content is not None for content in contents)
    titles = {content.title for content in contents if content}
    assert len(titles) == len(contents) == 3
    for content in contents:
        assert content is not None
        facts = dict(content.facts)
        assert content.title in content.text  # the card's own words
        assert facts["society_name"] == "Our Red Cross"
        assert facts["campaign_title"] not in titles


def test_a_channel_that_takes_no_text_holds_the_post_and_says_where_to_shorten(
    plan: Callable[[str], dict[str, Delivery]],
) -> None:
    for card, one in plan(limited(20)).items():
        [why] = one.held
        assert one.content is not None
        size = len(one.content.text)
        assert why.startswith(
            f"text: {size} characters, at most 20 allowed; shorten it by {size - 20}, "
            "and this is its shortest text: '"
        )
        assert f"our-first-campaign/{card} in campaigns/our-first-campaign/campaign.yaml" in why


def test_a_fixed_style_is_held_rather_than_changed(
    plan: Callable[[str], dict[str, Delivery]],
) -> None:
    for one in plan(limited(150, "caption: long, ")).values():
        assert one.content is not None
        if len(one.content.text) > 150:
            assert one.held[0].endswith("or take 'caption: long' out of channel c1")
        else:
            assert not one.held


def test_a_picture_too_large_is_held_by_its_size_on_disk(
    plan: Callable[[str], dict[str, Delivery]],
) -> None:
    for one in plan('platform: folder, settings: {max_bytes: "1000"}').values():
        assert "at most 1000 allowed" in one.held[0]
        assert "'format' in the settings of channel c1" in one.held[0]


def test_what_is_wrong_with_every_picture_alike_is_said_once(press: Press) -> None:
    where = job("what-trafficking-is", "it", "it")
    done = press.localise(where)
    assert isinstance(done, LocalisedCard)
    same = missing("picture.media_type", "pictures.1.media_type", "it is image/png")
    other = missing("picture.media_type", "pictures.2.media_type", "another")
    assert len(reasons([same, same, other, same], where, done, CHANNEL)) == 2
    several = [
        missing("picture.media_type", f"pictures.{n}.media_type", f"picture {n} is image/png")
        for n in (1, 2, 4)
    ]
    apart = missing("picture.ratio", "pictures.3", "picture 3: 1 by 2")
    assert reasons([*several, apart, several[1]], where, done, CHANNEL) == [
        "picture 1 is image/png: 'encoding' in clarion.toml decides it (so it is with 2, 4)",
        "picture 3: 1 by 2: 'format' in the settings of channel mt-x decides it",
    ]


# --- what it costs --------------------------------------------------------------------------------


def entry(number: int, text: str, state: State = State.PLANNED, platform: str = "x") -> Entry:
    delivery = Delivery(
        id=f"{number:026}",
        campaign="c",
        card="k",
        society="mt",
        channel="mt-x",
        platform=platform,
        locale="en_GB",
        occurrence=date(2027, 7, 30),
        wall=datetime(2027, 7, 30, 9),
        zone="Europe/Malta",
        due_at=datetime(2027, 7, 30, 7, tzinfo=UTC),
        expires_at=datetime(2027, 7, 30, 18, tzinfo=UTC),
        late="post_until",  # type: ignore[arg-type]
        author="author",
        content=replace(CONTENT, text=text),
    )
    return Entry(delivery, state)


def publisher_for(delivery: Delivery) -> Publisher:
    if delivery.platform == "x":
        return XPublisher(delivery.channel, {}, Path(), FixedAccount())
    if delivery.platform == "gone":
        raise SetupError("there is no publisher 'gone'")
    return MemoryPublisher(delivery.channel, {}, Path())


def test_posts_with_a_link_are_told_apart_and_summed() -> None:
    entries = [entry(n, "see https://ifrc.org/help" if n < 18 else "words") for n in range(24)]
    [cost] = costs(entries, publisher_for)
    assert (cost.posts, cost.with_link, cost.dollars) == (24, 18, Decimal("3.690"))
    assert str(cost) == "x: 24 posts, 18 with a link: US$3.69, at the prices of 2026-11-22"
    assert cost.as_dict() == {
        "platform": "x",
        "posts": 24,
        "with_link": 18,
        "dollars": "3.690",
        "as_of": "2026-11-22",
    }


def test_only_what_will_still_go_out_and_costs_something_is_summed() -> None:
    entries = [
        entry(1, "words", State.APPROVED),
        entry(2, "words", State.POSTED),
        entry(3, "words", State.HELD),
        entry(4, "words", platform="memory"),
        entry(5, "words", platform="gone"),
    ]
    [cost] = costs(entries, publisher_for)
    assert (cost.platform, cost.posts, cost.dollars) == ("x", 1, Decimal("0.015"))
    assert costs(entries[1:], publisher_for) == []


def test_one_post_is_one_post() -> None:
    assert str(Cost("x", 1, 0, Decimal("0.015"), None)) == "x: 1 post, 0 with a link: US$0.02"


def test_a_plan_tells_the_cost_before_anybody_approves(workspace: Path) -> None:
    """The command as people run it; X is announced as a distribution announces a publisher."""
    site = workspace / "site" / "x_publisher-1.0.dist-info"
    site.mkdir(parents=True)
    (site / "METADATA").write_text("Metadata-Version: 2.1\nName: x-publisher\nVersion: 1.0\n")
    (site / "entry_points.txt").write_text("[clarion.publishers]\nx = publishers.x:XPublisher\n")
    (workspace / "campaigns" / "societies.yaml").write_text(
        "societies:\n  - id: mt\n    names: {en: Malta Red Cross Society}\n    emblem: cross\n"
        "    locales: [en_GB]\n    formats: {en_GB: en_GB}\n    timezone: Europe/Malta\n"
        "    weekend: [sat, sun]\n"
        "    channels: [{id: c1, locale: en_GB, platform: x, caption: automatic}]\n",
        "utf-8",
    )
    words, found = ("plan", "--for", "2027-07-30"), {"PYTHONPATH": str(site.parent)}
    done = run_process(*words, at=workspace, environment=found)
    assert done.code == 0, done
    assert "x: 3 posts, 0 with a link: US$0.05, at the prices of 2026-11-22" in done.out
    [cost] = run_process(*words, "--json", at=workspace, environment=found).value["costs"]
    assert (cost["posts"], cost["dollars"]) == (3, "0.045")
