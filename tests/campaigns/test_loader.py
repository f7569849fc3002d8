"""A campaign file becomes a campaign, or says which line is wrong; never anything else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import ContentError
from campaigns.kinds import KINDS
from campaigns.loader import load_campaign

Edit = Callable[[str, str, str], Path]
Refusal = Callable[[Callable[[], object]], ContentError | None]
FILE = "small/campaign.yaml"


def test_a_campaign_is_read_whole(folder: Path) -> None:
    campaign = load_campaign(folder / FILE)
    assert (campaign.id, campaign.observance, campaign.author) == (
        "small", "wdatip", "campaign-author",
    )  # fmt: skip
    assert campaign.hashtags == ("EndHumanTrafficking",)
    assert campaign.schedule.at == time(9, 0)
    assert [(slot.day, slot.cards) for slot in campaign.schedule.slots] == [
        (-7, ("smuggling",)),
        (0, ("number", "help")),
    ]
    assert campaign.card("number").figures == {"figure": "F01"}
    assert campaign.card("smuggling").literal_numbers == ("18",)
    with pytest.raises(KeyError):
        campaign.card("absent")


def test_messages_have_stable_contexts_in_the_order_of_the_file(folder: Path) -> None:
    contexts = [message.context for message in load_campaign(folder / FILE).messages()]
    assert contexts[:3] == ["campaign.title", "campaign.call", "smuggling.myth"]
    assert "meaning.slides.2.heading" in contexts
    assert contexts[-4:] == ["steps.heading", "steps.items.1", "steps.items.2", "steps.items.3"]
    assert len(contexts) == len(set(contexts))


def test_a_message_knows_its_line_limit_and_note(folder: Path) -> None:
    campaign = load_campaign(folder / FILE)
    assert (campaign.call.max, campaign.call.note, campaign.call.place.line) == (
        40, "Ends the post.", 8,
    )  # fmt: skip
    myth = campaign.card("smuggling").fields["myth"]
    assert (myth.max, myth.text, myth.place.line) == (80, "They are the same.", 20)


def test_a_carousel_makes_one_picture_a_slide(folder: Path) -> None:
    campaign = load_campaign(folder / FILE)
    assert campaign.card("meaning").pictures == 2
    assert campaign.card("steps").pictures == 1


TOLD = "    fact: They are two"
"""A line of the myth card, before which others are put."""


def test_a_myth_may_be_told_in_two_pictures(edit: Edit) -> None:
    card = load_campaign(edit(FILE, TOLD, f"    carousel: yes\n{TOLD}")).card("smuggling")
    assert (card.pictures, card.layout) == (2, "myth_then_fact")
    assert [part.fields for part in card.parts] == [("myth",), ("myth", "fact")]
    assert list(card.fields) == ["myth", "fact", "more"]


@pytest.mark.parametrize("line", ["", '    carousel: "no"\n'])
def test_a_myth_is_one_picture_unless_its_author_wants_two(edit: Edit, line: str) -> None:
    card = load_campaign(edit(FILE, TOLD, line + TOLD)).card("smuggling")
    assert (card.pictures, card.layout, card.parts) == (1, "myth_fact", ())


def test_a_carousel_may_have_a_layout_of_its_own(edit: Edit) -> None:
    file = edit(FILE, TOLD, f"    carousel: yes\n    layout: our_two\n{TOLD}")
    assert load_campaign(file).card("smuggling").layout == "our_two"


PHOTO = (
    "    photo: {{file: market.jpg, credit: A role, origin: photograph, depicts: [street], "
    "people: none{focus}}}\n    photo_alt: A street.\n"
)


@pytest.mark.parametrize(
    ("focus", "expected"),
    [
        ("", None),
        (', focus: ["0.5", "0.3"]', (0.5, 0.3)),
        (", focus: [0, 1]", (0.0, 1.0)),
        (", focus: [0.125, 1.0]", (0.125, 1.0)),
    ],
)
def test_a_photograph_may_say_what_matters_in_it(
    edit: Edit, focus: str, expected: tuple[float, float] | None
) -> None:
    file = edit(FILE, TOLD, PHOTO.format(focus=focus) + TOLD)
    photo = load_campaign(file).card("smuggling").photo
    assert photo is not None
    assert (photo.file, photo.credit) == (file.parent / "market.jpg", "A role")
    assert photo.focus == expected


@pytest.mark.parametrize(
    ("focus", "message"),
    [
        ('["0.5", "1.1"]', r"focus\[2\]: '1.1' is not a place in the picture; .* from 0 to 1"),
        ('["-0.1", "0.5"]', r"focus\[1\]: '-0.1' is not a place"),
        ('["50%", "0.5"]', r"focus\[1\]: '50%' is not a place"),
        ('["nan", "0.5"]', r"focus\[1\]: 'nan' is not a place"),
        ('["0,5", "0.5"]', r"focus\[1\]: '0,5' is not a place"),
        ('["0.5"]', "focus: has 1 members; write two: from left, from top"),
        ('["0.5", "0.5", "0.5"]', "focus: has 3 members"),
        ("middle", "focus: must be a list"),
    ],
)
def test_a_focus_outside_the_picture_is_refused_with_its_line(
    edit: Edit, focus: str, message: str
) -> None:
    file = edit(FILE, TOLD, PHOTO.format(focus=f", focus: {focus}") + TOLD)
    with pytest.raises(ContentError, match=message) as caught:
        load_campaign(file)
    assert str(caught.value).startswith(f"{file}:21: ")
    assert "\n" not in str(caught.value)


def test_white_space_in_a_message_becomes_single_spaces(edit: Edit) -> None:
    file = edit(FILE, "myth: They are the same.", "myth: |\n      They   are\n      the same.\n")
    assert load_campaign(file).card("smuggling").fields["myth"].text == "They are the same."


def test_the_weeks_helpline_time_and_word_stay_what_was_typed(edit: Edit) -> None:
    file = edit(FILE, "    myth: They are the same.", "    myth: no")
    assert load_campaign(file).card("smuggling").fields["myth"].text == "no"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: small", "id: Small", "id: 'Small' is not an id"),
        ("author: campaign-author\n", "", "author: is missing; add 'author:'"),
        ("observance:", "observence:", "observance: is missing"),
        ("risk:", "colour: red\nrisk:", "colour: is not a known key"),
        ("[EndHumanTrafficking]", "['#End']", "hashtags: '#End' is not a hashtag"),
        ("[EndHumanTrafficking]", "[A, B, C, D]", "hashtags: has 4 tags; keep at most 3"),
        ('max: "40"', 'max: "400"', "call.max: '400' is not a limit; .* 1 to 90"),
        ('max: "40"', "max: ten", "call.max: 'ten' is not a limit"),
        ('max: "40"', 'mox: "40"', "call.mox: is not a known key; did you mean 'max'"),
        ('time: "09:00"', 'time: "9:00"', "schedule.time: '9:00' is not a time"),
        ('time: "09:00"', 'time: "24:00"', "schedule.time: '24:00' is not a time"),
        ("post_until", "whenever", "schedule.late.policy: 'whenever' is not a late policy"),
        ('"20:00"', '"08:00"', "schedule.late.until: is not after the posting time"),
        ('"-7": [', '"week": [', "'week' is not a day"),
        ("[smuggling]", "[smugling]", "names no card 'smugling'"),
        ("kind: myth_fact", "kind: myth", "'myth' is not a kind of card"),
        ("    sources: [S01]\n    literal", "    literal", "every card names its source"),
        ("    sources: [S01]\n    literal", "    sources: []\n    literal", "names its source"),
        ("{figure: F01}", "{number: F01}", "is not a figure's name"),
        ("    fact: They", "    fakt: They", "fact: is missing"),
        ("    more: Read more.", "    mere: Read more.", "mere: is not a known key"),
        ("id: number", "id: smuggling", "has the id of the card in line 16"),
        ("Keep your passport.]", "]", "items: has 2 members; write 3 to 6"),
        ("      - {heading: The act, body: Somebody moves a person.}\n", "",
         "slides: has 1 members; write 2 to 5"),
        ("body: The aim is exploitation.", "text: The aim.", "body: is missing"),
        ("    more: Read more.", "    carousel: maybe",
         r"cards\[1\].carousel: is 'maybe'; write 'yes' or remove the line"),
        ("    lead: People", "    carousel: yes\n    lead: People",
         r"carousel: is not for the kind statistic; remove it; myth_fact has one"),
        ("title: Small campaign", "title: ''", "title: is empty"),
        ("title: Small campaign", "title: [a]", "title: must be a mapping"),
        ("title: Small campaign", "title: &t Small", "uses an anchor or alias"),
        ("    heading: You can ask\n", "    heading: You can ask\n    heading: Again\n",
         "heading: stands twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_in_one_line(edit: Edit, old: str, new: str, message: str) -> None:
    file = edit(FILE, old, new)
    with pytest.raises(ContentError, match=message) as caught:
        load_campaign(file)
    assert str(caught.value).startswith(f"{file}:")
    assert "\n" not in str(caught.value)


def test_a_campaign_without_cards_is_refused(edit: Edit, texts: dict[str, str]) -> None:
    cards = texts[FILE].partition("cards:\n")[2]
    file = edit(FILE, "cards:\n" + cards, "cards: []\n")
    file = edit(FILE, '    "-7": [smuggling]\n    "0": [number, help]\n', '    "0": []\n')
    with pytest.raises(ContentError, match="cards: is empty; add a card"):
        load_campaign(file)


def test_every_kind_has_fields_with_room_for_a_translation() -> None:
    for kind in KINDS.values():
        names = {spec.name for spec in kind.fields}
        for part in kind.carousel.parts if kind.carousel else ():
            assert set(part.fields) <= names - {"more"}, (kind.name, part.alt)
        for spec in (*kind.fields, *kind.slide_fields):
            assert 0 < spec.max <= 300, (kind.name, spec.name)
            assert spec.where, (kind.name, spec.name)
            assert spec.what, (kind.name, spec.name)


# --- a damaged file never leads to anything but a campaign or one line -------------------------

LINES = st.tuples(
    st.sampled_from(["drop", "double", "swap", "indent", "dedent", "cut", "insert", "replace"]),
    st.integers(0, 400),
    st.integers(0, 400),
    st.text(alphabet="ab1 :-[]{}&*!?|>'\"%#,\n\t\\~é\u202e\u2028\x85\x00", max_size=6),
)


def mangle(text: str, operation: tuple[str, int, int, str]) -> str:
    """One of the ways in which a hand, an editor or a merge damages a text."""
    name, first, second, typed = operation
    lines = text.split("\n")
    i, j = first % len(lines), second % len(lines)
    if name == "drop":
        del lines[i]
    elif name == "double":
        lines.insert(j, lines[i])
    elif name == "swap":
        lines[i], lines[j] = lines[j], lines[i]
    elif name == "indent":
        lines[i] = "  " + lines[i]
    elif name == "dedent":
        lines[i] = lines[i].removeprefix("  ")
    elif name == "cut":
        return text[: (first * 7 + second) % (len(text) + 1)]
    else:
        at = (first * 7 + second) % (len(text) + 1)
        return text[:at] + typed + text[at + (len(typed) if name == "replace" else 0) :]
    return "\n".join(lines)


@given(st.lists(LINES, min_size=1, max_size=4))
def test_a_damaged_campaign_loads_or_is_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory,
    texts: dict[str, str],
    refusal: Refusal,
    operations: list[tuple[str, int, int, str]],
) -> None:
    text = texts[FILE]
    for operation in operations:
        text = mangle(text, operation)
    file = tmp_path_factory.getbasetemp() / "damaged.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    error = refusal(lambda: load_campaign(file))
    if error is not None:
        assert len(str(error).splitlines()) == 1
        assert re.match(re.escape(str(file)) + r"(:\d+)?: ", str(error))
        assert error.remedy


@given(st.binary(max_size=40), st.integers(0, 2000))
def test_any_bytes_load_or_are_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory,
    texts: dict[str, str],
    refusal: Refusal,
    junk: bytes,
    at: int,
) -> None:
    raw = texts[FILE].encode()
    at %= len(raw)
    file = tmp_path_factory.getbasetemp() / "bytes.yaml"
    file.write_bytes(raw[:at] + junk + raw[at + len(junk) :])
    error = refusal(lambda: load_campaign(file))
    assert error is None or len(str(error).splitlines()) == 1
