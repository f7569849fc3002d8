"""Where a line may end.

ICU finds the opportunities (dictionaries for Thai, Lao, Khmer and Burmese, phrases for Japanese and
Korean, strict rules for Chinese and Japanese punctuation); the rules here take some away again, so
that what people read or dial as one thing stays on one line: phone numbers, hashtags, handles,
links, a number and its unit, a Chinese word, a sign and the space that some languages set before
it. A soft hyphen is no opportunity: nothing here draws the hyphen that it would call for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from icu4py.breakers import CharacterBreaker, LineBreaker, WordBreaker


class Break(NamedTuple):
    """A line may end here: `end` closes its visible text, `next` opens the next line."""

    end: int
    next: int
    forced: bool


_LOCALES = {"ja": "ja@lb=strict;lw=phrase", "ko": "ko@lw=phrase", "zh": "zh@lb=strict"}

_SPACE = "[ \u00a0\u2009\u202f]"  # what separates groups of digits
_DASH = "[-\u2010\u2011]"
_AFTER_WORD = r"(?<![0-9A-Za-z_\#&/@+])"  # scripts without spaces write on right before a link
# What ends a tag: white space, punctuation other than the underscore, and isolate controls.
_TAG = (
    r"[^\s!-/:-@\[-^`{-~«»‐-‧‰-⁞\u2066-\u2069՚-՟։،؛؟٪-٭۔।॥෴๚๛၊-၏፡-፨។-៚"
    r"\u3000-\u3004\u3008-\u3020〰・！-／：-＠［-＾｀｛-･]"
)
# What a link has none of: the letters of scripts without spaces, and full-width signs.
_LINK = r"[^\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2066-\u2069\u2e80-\ufaff\uff00-\uffef]"
_WHOLE = re.compile(
    rf"""
      {_AFTER_WORD} (?:https?://|www\.) {_LINK}+ (?<= [\w/] )       # link
    | (?<![\w.+-]) [\w.+-]+ @ [\w-]+ (?:\.[\w-]+)+                 # mail address
    | {_AFTER_WORD} [\#\uff03] {_TAG}+                             # hashtag
    | {_AFTER_WORD} @ (?: [0-9A-Za-z_.]* [0-9A-Za-z_] | \w+ )      # handle
    | {_AFTER_WORD} (?: [+\uff0b] | 00 ) {_SPACE}? \(? \d          # phone, international
      (?: [./()-]? (?:{_SPACE}|{_DASH})? [()]? \d )+
    | (?<![\d,.]) (?: \( 0\d* \) \d* | 0\d+ )                      # phone, national
      (?: (?:{_SPACE}|{_DASH}|/) \d+ )+
    | (?<!\d) \d+ (?: {_DASH} \d+ ){{2,}}                          # 1-888-373-7888
    | (?<![\d.,]) \d{{1,3}} (?: {_SPACE} \d{{3}} )+ (?!\d)         # 116 000, 27 600 000
    """,
    re.VERBOSE,
)

_CURRENCY = r"\$¢£¥֏\u060b৲৳௹฿៛₠-⃀\ufdfc＄￥￦"
# What follows a number as its unit, be there a space between or not: abbreviations, large numbers,
# and what people, years and hours are counted in where no other word stands between.
_UNIT = rf"""
    [%‰٪؉％{_CURRENCY}]
    | (?: km|m|cm|kg|g|h|min|Uhr|Kč|zł|Ft|kr|lei|лв|ден|дин|руб|грн
        | mln|mio|mld|mrd|млн|млрд|тыс|тис|εκατ|մլն|მლნ
        | mil | m[iy]ll?[hijyo]\w+ | м[иі]л[лиьй]\w+ | مليون|مليار|ملايين|میلیون|ملین|کروڑ|لاکھ
        | करोड़|लाख|कोटी|কোটি|লাখ|லட்சம்|கோடி|కోట్ల|లక్షల|ሚሊዮን|מיליון ) (?!\w)
    | ล้าน|บาท|คน|ปี|วัน|ชั่วโมง|นาที | ລ້ານ|ຄົນ|ປີ|ວັນ|ຊົ່ວໂມງ | លាន|នាក់|ឆ្នាំ|ម៉ោង | သန်း|ဦး|နှစ်|နာရီ
    | [年月日号號時时分秒歳岁歲万萬億亿千百人名个個位次回件天周週円元条條倍] | 小时|小時
    | [만억천명개년월일시분세살번원건] | 시간
"""
_GLUE = re.compile(
    rf"""
      [«‹] \s+                                        # after an opening guillemet
    | \s+ (?= [»›!?;:؟؛،۔।॥։၊။។៕៖ៗ፡-፧ๆฯໆ] )          # before what must not begin a line
    | \s+ (?= [–—] (?: \s | $ ) )                     # before a spaced dash
    | (?<= [\d፩-፼] ) \s? (?= {_UNIT} )                # number and unit
    | (?<= \d [万萬億亿千百만억천] ) \s? (?= [人名个個位件円元명개년원건] )   # 2760万人
    | 第 (?= \d )                                     # and what counts in order
    | (?: \b (?:n[°ºo]|[Nn]r|No|pp?|art|Art) \.? | [№§] ) \s (?= \d )
    | (?<= [{_CURRENCY}] ) \s (?= \d )                # currency and number
    | (?<= \d [.,\u066b] \d ) \s (?= \w )              # 27.6 million
    | (?<= \d ) \s (?= [hj]/\d ) | (?<= \d \s [hj]/ ) (?= \d )   # 24 h/24, 7 j/7
    | (?<= \b \w \. ) \s (?= \w \. )                  # z. B., т. е.
    | (?<= \w ) [-\u2010] (?= \w{{1,8}} \b )            # parlez-en, elles-mêmes
    """,
    re.VERBOSE,
)
_GLUE_OF = {
    # The one-letter words of these languages lean on the word that follows.
    **dict.fromkeys(("cs", "pl"), re.compile(r"\b [AIKOSUVWZaikosuvwz] \s+ (?= \w )", re.VERBOSE)),
    # What begins no line, even of a phrase; and where ICU takes words in hiragana apart, for it
    # has few of them: there a phrase ends in a particle.
    "ja": re.compile(
        "(?=[ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶーゝゞヽヾ々〻])"
        "|(?<=[ぁ-ゖ])(?<![はがをにでとのへもやて])(?=[ぁ-ゖ])"
    ),
    # What leans on the word before it.
    "zh": re.compile("(?=的(?![确確])|了(?![解结結])|[过過](?![去程年])|[吗嗎呢吧们們])"),
    # A particle stays with its word, even after a bracket or a quotation.
    "ko": re.compile(r"(?<= [”’\"')\]」』》〉] ) (?= [가-힣] )", re.VERBOSE),
}
FORCING = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Characters after which a new line must start."""

_HANGING = frozenset(FORCING + " \t\u1680\u3000\u200b\u205f") | frozenset(
    map(chr, (*range(0x2000, 0x2007), *range(0x2008, 0x200B)))
)


@lru_cache(maxsize=256)
def wholes(text: str) -> tuple[tuple[int, int], ...]:
    """Spans that stay on one line and read in one direction: numbers to dial, hashtags, links."""
    return tuple(match.span() for match in _WHOLE.finditer(text))


@lru_cache(maxsize=256)
def line_breaks(text: str, language: str) -> tuple[Break, ...]:
    """The breaks of `text` in order; the last one stands at its end."""
    primary = language.partition("-")[0].lower()
    locale = _LOCALES.get(primary, language.replace("-", "_"))
    kept = {position for start, end in wholes(text) for position in range(start + 1, end)}
    if primary == "zh":
        kept.update(_inside_words(text))
    for glue in (_GLUE, _GLUE_OF.get(primary)):
        kept.update(match.end() for match in (glue.finditer(text) if glue else ()))
    kept.update(match.end() for match in re.finditer("\u00ad", text))
    return tuple(_breaks(text, LineBreaker(text, locale), kept))


def _inside_words(text: str) -> Iterator[int]:
    """Positions inside the words of ICU's Chinese dictionary: lines read better between words."""
    position = 0
    for word in WordBreaker(text, "zh"):
        yield from range(position + 1, position + len(word))
        position += len(word)


@lru_cache(maxsize=256)
def grapheme_breaks(text: str) -> tuple[Break, ...]:
    """The last resort: between any two user-perceived characters, but inside no `wholes` span."""
    kept = {position for start, end in wholes(text) for position in range(start + 1, end)}
    kept.update(position for position, char in enumerate(text) if char in _HANGING)
    return tuple(_breaks(text, CharacterBreaker(text, "en"), kept))


def _breaks(text: str, segments: Iterable[str], kept: set[int]) -> Iterator[Break]:
    """Breaks from ICU's segments. Their lengths are summed, for ICU's own offsets are UTF-16."""
    start = position = 0
    for segment in segments:
        position += len(segment)
        forced = segment[-1] in FORCING
        if forced or position == len(text) or position not in kept:
            end = position
            while end > start and text[end - 1] in _HANGING:
                end -= 1
            yield Break(end, position, forced)
            start = position
