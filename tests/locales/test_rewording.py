"""What may pass for a minor rewording: a narrow list, and nothing that turns a meaning round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.rewording import is_minor

MINOR = [
    ("Ask for help", "Ask for help."),
    ("Ask, first.", "Ask first!"),
    ("It happens here - and there.", "It happens here – and there…"),
    ("Don't sign it", "Don’t sign it."),
    ('They call it a "loan".', "They call it a “loan”."),
    ("ask For help.", "Ask for Help."),
    ("A well known trick.", "A well-known trick."),
    ("A 17-year-old girl.", "A 17 year-old girl."),
    ("Send an e-mail.", "Send an email."),
    ("They organize forced labor.", "They organise forced labour."),
    ("Traveling to the center", "Travelling to the centre"),
    ("It is an offense.", "It is an offence."),
    ("You recieve their help.", "You receive their help."),
    ("Accomodation is promised.", "Accommodation is promised."),
    ("Ask at police station.", "Ask at the police station."),
    ("It is the crime.", "It is a crime."),
    ("{figure} people of {total}", "{figure}  people of {total}."),
]

NOT_MINOR = [
    # what is denied
    ("You must not hand over your passport.", "You must hand over your passport."),
    ("Never sign it.", "Sign it."),
    ("They work without pay.", "They work with pay."),
    ("You can leave.", "You can't leave."),
    ("They wont pay.", "They won’t pay."),
    ("No agent asks.", "An agent asks."),
    ("Now ask them.", "Not ask them."),
    ("This is legal.", "This is illegal."),
    ("A safe place.", "An unsafe place."),
    ("The visible harm.", "The invisible harm."),
    ("A non-legal way.", "A legal way."),
    ("Neither sign nor pay.", "Either sign or pay."),
    ("No, help is near.", "No help is near."),
    ("Do not stop, ask.", "Do not, stop ask."),
    ("Everyone pays except you.", "Everyone pays. Except you."),
    # another word
    ("Most are women.", "Most are men."),
    ("Call the man.", "Call the men."),
    ("They were deported.", "They were departed."),
    ("Give your consent.", "Give your content."),
    ("It is casual work.", "It is causal work."),
    ("You may ask.", "You must ask."),
    ("Ask police or a union.", "Ask police and a union."),
    ("Help from police.", "Help for police."),
    ("They were staring.", "They were starring."),
    ("It scored.", "It scoured."),
    ("An unfiled report.", "An unfilled report."),
    ("Ask for help.", "Ask for help now."),
    ("The guilty advocates.", "The guilty advocatess."),
    # other facts
    ("Aged under 18.", "Aged under 16."),
    ("1.5 million", "15 million"),
    ("1.5 million", "1 5 million"),
    ("10-15 people", "10 15 people"),
    ("{figure} of {total}", "{total} of {figure}"),
    ("{year} people", "{date} people"),
    ("5 % of all", "5 of all"),
    ("Write to a-b.org", "Write to ab.org"),
    ("It is in the US.", "It is in the us."),
    # signs and articles that say something
    ("They pay you.", "They pay you?"),
    ("A rescue.", 'A "rescue".'),
    ("They re-sign it.", "They resign it."),
    ("Few people ask.", "A few people ask."),
    ("A number of them.", "The number of them."),
    ("The ask at door", "Ask at the door"),
]


@pytest.mark.parametrize(("before", "after"), MINOR)
def test_what_is_minor(before: str, after: str) -> None:
    assert is_minor(before, after)
    assert is_minor(after, before)


@pytest.mark.parametrize(("before", "after"), NOT_MINOR)
def test_what_is_not(before: str, after: str) -> None:
    assert not is_minor(before, after)
    assert not is_minor(after, before)


WORDS = st.sampled_from(
    "not no never legal illegal women men pay help ask do now {figure} 18 16 1.5".split()
)
TEXTS = st.lists(WORDS, min_size=1, max_size=6)


@given(TEXTS, TEXTS)
def test_no_word_becomes_another(before: list[str], after: list[str]) -> None:
    assert is_minor(" ".join(before), " ".join(after)) == (before == after)
