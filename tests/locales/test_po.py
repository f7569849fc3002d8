"""PO files: what is refused, and that writing is exact, stable and whole."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import write_po as babel_write_po
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import ContentError
from locales.catalogue import load_catalogue
from locales.po import MAX_BYTES, CatalogueError, PoCatalog, format_po, parse_po, write_po
from locales.po_text import replace_file

HERE = Path("fr/LC_MESSAGES/small.po")
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: fr\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n"X-Generator: an editor\\n"\n\n'
)
ONE = 'msgctxt "a.myth"\nmsgid "Same"\nmsgstr "Pareil"\n'
PLURAL = 'msgctxt "a.n"\nmsgid "day"\nmsgid_plural "days"\n'


def parse(text: str, locale: str = "fr") -> PoCatalog:
    return parse_po(text.encode(), HERE, locale, "small")


def test_a_catalogue_is_read() -> None:
    catalog = parse(HEADER + ONE)
    assert catalog.contexts["a.myth"].string == "Pareil"
    assert catalog.num_plurals == 2


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (HEADER + ONE + "\n" + ONE, 13, "the context 'a.myth' stands twice"),
        (HEADER + 'msgid "Same"\nmsgstr "Pareil"\n', 8, "a message has no msgctxt"),
        (HEADER + 'msgctxt ""\nmsgid "Same"\nmsgstr "Pareil"\n', 9, "a message has no msgctxt"),
        (HEADER + PLURAL + 'msgstr[0] "j"\nmsgstr[1] "js"\nmsgstr[2] "jss"\n', 9,
         "more translations than num_plurals"),
        (HEADER + PLURAL + 'msgstr[0] "jour"\n', 9, "fewer plural forms than nplurals=2"),
        (HEADER.replace("nplurals=2", "nplurals=99") + ONE, 1, "no usable nplurals"),
        (HEADER.replace("nplurals=2", "nplurals=x") + ONE, 1, "no usable nplurals"),
        (HEADER.replace("Language: fr", "Language: hr") + ONE, 1, "says Language: hr, its folder"),
        (HEADER.replace("utf-8", "ISO-8859-1") + ONE, 1, "announces charset ISO-8859-1"),
        (HEADER + ONE.replace('"Pareil"', "Pareil"), 10, "is not a line of a PO file"),
        (HEADER + ONE.replace('"Pareil"', '"Par"eil"'), 10, "is not a line of a PO file"),
        (HEADER + ONE.replace("msgstr", "msgstring"), 10, "is not a line of a PO file"),
        (HEADER + 'msgctxt "a.myth"\nmsgid "Same"\n', 9, "missing msgstr"),
        ('"lost"\n' + HEADER, 1, "not in msgid"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(CatalogueError, match=problem) as caught:
        parse(text)
    assert caught.value.place.line == line
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("locale", ["sr@latin", "sr@Latn", "../fr", "FR", ""])
def test_a_locale_must_have_a_locales_name(locale: str) -> None:
    with pytest.raises(CatalogueError, match="sr_Latn, not sr@latin"):
        parse(ONE, locale)


def test_text_that_is_not_utf8_is_refused_with_its_line() -> None:
    with pytest.raises(CatalogueError, match=r"small\.po:10: is not UTF-8 text"):
        parse_po((HEADER + ONE).encode().replace(b"Pareil", b"Pareil\xe9"), HERE, "fr", "small")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / HERE
    path.parent.mkdir(parents=True)
    path.write_bytes((HEADER + ONE).encode() + b"# x" * MAX_BYTES)
    with pytest.raises(CatalogueError, match="larger than 2 MiB"):
        load_catalogue(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="check the path and rights"):
        load_catalogue(tmp_path / HERE)


def test_the_header_of_the_file_decides_the_number_of_plural_forms() -> None:
    # Registries disagree for Hebrew and Turkish; what counts is what the file announces.
    header = HEADER.replace("nplurals=2", "nplurals=4")
    forms = "".join(f'msgstr[{number}] "f{number}"\n' for number in range(4))
    assert parse(header + PLURAL + forms).contexts["a.n"].string == ("f0", "f1", "f2", "f3")


def test_what_was_the_text_before_is_kept_apart_from_comments() -> None:
    note = '# a remark\n#| msgctxt "a.myth"\n#| msgid "Old \\"text\\""\n#, fuzzy\n'
    written = format_po(parse(HEADER + note.replace('#| msgctxt "a.myth"\n', "") + ONE)).decode()
    assert '#| msgid "Old \\"text\\""\n' in written
    assert "# a remark\n" in written
    assert parse_po(written.encode(), HERE, "fr", "small").contexts["a.myth"].previous_id == [
        'Old "text"'
    ]


def test_obsolete_messages_of_other_tools_are_tolerated() -> None:
    gone = '#, fuzzy\n#~| msgid "Older"\n#~ msgctxt "b.myth"\n#~ msgid "Old"\n#~ msgstr "Vieux"\n'
    catalog = parse(HEADER + ONE + "\n" + gone)
    assert [message.string for message in catalog.obsolete.values()] == ["Vieux"]


def test_the_header_written_has_no_date_address_or_placeholder() -> None:
    text = format_po(PoCatalog("fr", "small")).decode()
    assert text.split("\n")[2:] == [
        '"Project-Id-Version: Clarion\\n"',
        '"Language: fr\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"',
        "",
    ]


def test_no_comment_of_a_translator_is_lost() -> None:
    notes = '# twice\n#\n# twice\n#tight\n# | see here | there\n#| msgctxt "a"\n#| msgid "Same"\n'
    gone = '# of the gone\n#, fuzzy, ignore-end\n#~| msgid "Old"\n#~ msgctxt "b"\n#~ msgid "x"\n'
    catalog = parse(HEADER + notes + ONE + "\n" + gone + '#~ msgstr "y"\n')
    message = catalog.contexts["a.myth"]
    assert message.user_comments == ["twice", "", "twice", "tight", "| see here | there"]
    assert message.previous_id == ["Same"]
    text = format_po(catalog).decode()
    assert '# twice\n#\n# twice\n# tight\n# | see here | there\n#| msgid "Same"\n' in text
    assert gone in text
    assert format_po(parse(text)) == text.encode()


def test_an_older_text_of_several_lines_comes_back() -> None:
    catalog = parse(HEADER + ONE)
    catalog.contexts["a.myth"].previous_id = ['Two\nlines\nlines\n\t"']
    again = parse_po(format_po(catalog), HERE, "fr", "small")
    assert again.contexts["a.myth"].previous_id == ['Two\nlines\nlines\n\t"']


@pytest.mark.parametrize("flags", ["Fuzzy", "FUZZY, max-length:80", "max-length:80,\tfuzZy"])
def test_fuzzy_is_fuzzy_however_it_is_written(flags: str) -> None:
    gone = f'\n#, {flags}\n#~ msgctxt "b"\n#~ msgid "Old"\n#~ msgstr "Vieux"\n'
    catalog = parse(f"{HEADER}#, {flags}\n{ONE}{gone}")
    for message in (catalog.contexts["a.myth"], *catalog.obsolete.values()):
        assert message.fuzzy
        assert message.flags <= {"fuzzy", "max-length:80"}
    assert not parse(f"{HEADER}#, not-Fuzzy\n{ONE}").contexts["a.myth"].fuzzy


def test_a_percent_sign_is_no_format() -> None:
    catalog = parse(HEADER + ONE.replace("Same", "20 % die {figure}"))
    assert catalog.contexts["a.myth"].flags == {"python-brace-format"}


def test_what_somebody_saved_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "small.po"
    replace_file(path, b"one", b"")
    replace_file(path, b"two", b"one")
    for before in (b"", b"one"):
        with pytest.raises(ContentError, match="saved by somebody else meanwhile; run the command"):
            replace_file(path, b"three", before)
    assert path.read_bytes() == b"two"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "small.po"
    (path / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match=r"small\.po"):
        write_po(parse(HEADER + ONE), path)
    assert [found.name for found in tmp_path.iterdir()] == ["small.po"]


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "small.po"
    catalog = parse(HEADER + ONE)
    write_po(catalog, path)
    first = path.read_bytes()
    write_po(parse_po(first, path, "fr", "small"), path)
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o644


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}\.[a-z]{1,5}", fullmatch=True), TEXTS), TEXTS)
def test_any_text_comes_back_as_it_was(strings: dict[str, str], msgid: str) -> None:
    catalog = PoCatalog("ar", "small")
    for context, string in strings.items():
        catalog[msgid] = Message(msgid, string, context=context)
    raw = format_po(catalog)
    again = parse_po(raw, HERE, "ar", "small")
    assert {key: (m.id, m.string) for key, m in again.contexts.items()} == {
        key: (msgid, string) for key, string in strings.items()
    }
    assert format_po(again) == raw


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1)
NOTES = st.lists(WORDS, max_size=3, unique=True)


@st.composite
def catalogues(draw: st.DrawFn) -> PoCatalog:
    """Any catalogue that Babel, too, can write whole: no flags on what is obsolete."""
    catalog = PoCatalog("ar", "small")
    for context in draw(st.sets(st.from_regex(r"[a-z]{1,5}\.[a-z]{1,5}", fullmatch=True))):
        message = Message(
            draw(TEXTS), draw(TEXTS | st.just("")), flags=draw(st.sets(st.sampled_from(FLAGS))),
            auto_comments=draw(NOTES), user_comments=draw(NOTES), context=context,
            previous_id=draw(st.lists(WORDS, max_size=1)),
        )  # fmt: skip
        if draw(st.booleans()):
            catalog[message.id] = message
        elif not message.previous_id:
            message.flags, message.auto_comments = set(), []
            catalog.obsolete[context] = message
    return catalog


FLAGS = ["fuzzy", "max-length:80", "ignore-end"]


@given(catalogues())
def test_our_writer_gives_babels_bytes(catalog: PoCatalog) -> None:
    buffer = io.BytesIO()
    babel_write_po(buffer, catalog, width=1_000_000, no_location=True, include_previous=True)
    assert format_po(catalog) == buffer.getvalue().lstrip(b"\n").rstrip(b"\n") + b"\n"


@given(catalogues())
def test_a_catalogue_comes_back_whole(catalog: PoCatalog) -> None:
    raw = format_po(catalog)
    again = parse_po(raw, HERE, "ar", "small")
    assert format_po(again) == raw
    for kept, read in ((catalog.contexts, again.contexts), (catalog.obsolete, again.obsolete)):
        assert [_whole(one) for one in kept.values()] == [_whole(one) for one in read.values()]


def _whole(message: Message) -> tuple[object, ...]:
    return (
        message.context, message.id, message.string, message.flags, message.user_comments,
        message.auto_comments, message.previous_id,
    )  # fmt: skip


SOUND = (HEADER + "#. Where: x\n#, fuzzy\n" + ONE + "\n" + PLURAL + 'msgstr[0] "j"\nmsgstr[1] "k"\n'
         '\n#~ msgctxt "c"\n#~ msgid "Old"\n#~ msgstr "Vieux"\n').encode()  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SOUND)),
            st.integers(0, 12),
            st.binary(max_size=4)
            | st.sampled_from(
                [b"msgid ", b"msgstr ", b"msgctxt ", b"msgstr[9] ", b'"', b"\\", b"#~ ", b"#| ",
                 b"\n", b"\n\n", b"#: \xe2\x81\xa8", b"nplurals=0;", b"\x00", b'"\n"', b"#~| "]
            ),
        ),
        min_size=1,
        max_size=4,
    )
)  # fmt: skip
def test_a_damaged_file_loads_or_is_refused_in_one_line(
    damage: list[tuple[int, int, bytes]],
) -> None:
    raw = SOUND
    for at, cut, typed in damage:
        raw = raw[:at] + typed + raw[at + cut :]
    refused = None
    try:
        format_po(parse_po(raw, HERE, "fr", "small"))
    except CatalogueError as error:
        refused = str(error)
    assert refused is None or (len(refused.splitlines()) == 1 and str(HERE) in refused)
