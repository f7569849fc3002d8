"""GNU gettext, which Poedit and Weblate build upon, reads what we write and merges as we do."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Message

from campaigns import open_library
from campaigns.library import Library
from locales.catalogue import SHIPPED
from locales.merge import merge
from locales.po import PoCatalog, format_po, parse_po, read_po, write_po
from locales.signing import mark, sign_reviewed, sign_translated
from locales.update import domains_of, template_of, update
from tests.locales.programs import program, run

LIBRARY = open_library()


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*/LC_MESSAGES/*.po")), ids=lambda path: (
    f"{path.parent.parent.name}-{path.stem}"
))  # fmt: skip
def test_what_ships_is_sound_to_gettext(path: Path, tmp_path: Path) -> None:
    """As it will be after an update, so that an edit of a campaign is no defect of a catalogue."""
    locale, domain = path.parent.parent.name, path.stem
    msgfmt = program("that shipped catalogues are sound to gettext", "msgfmt")
    merged = merge(template_of(LIBRARY, domain), read_po(path, locale, domain), locale)
    write_po(merged, tmp_path / "x.po")
    done = run(msgfmt, "-c", "--check-format", "-o", tmp_path / "x.mo", "x.po", at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr


@pytest.mark.parametrize("domain", domains_of(LIBRARY))
def test_templates_are_sound_to_gettext(domain: str, tmp_path: Path) -> None:
    msgfmt = program("that templates are sound to gettext", "msgfmt")
    (tmp_path / "x.pot").write_bytes(format_po(template_of(LIBRARY, domain)))
    done = run(msgfmt, "-c", "--check-format", "-o", tmp_path / "x.mo", "x.pot", at=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_new_language_knows_its_plural_forms(library: Library, tmp_path: Path) -> None:
    msgfmt = program("that a new language is sound to gettext", "msgfmt")
    for path in update(library, tmp_path, ["mt", "zh_Hans", "fil", "cnr", "sr_Latn", "my"]):
        done = run(msgfmt, "-c", "-o", tmp_path / "x.mo", path, at=tmp_path)
        assert done.returncode == 0, done.stderr


def test_a_figure_counted_otherwise_is_sound_to_gettext(tmp_path: Path) -> None:
    msgfmt = program("that a figure counted otherwise is sound to gettext", "msgfmt")
    for flag, code in (("no-python-brace-format", 0), ("python-brace-format", 1)):
        catalog = PoCatalog("ja", "small")
        catalog["{figure} million"] = Message(
            "{figure} million", "{figure_wan}", flags=[flag], context="a.value"
        )
        write_po(catalog, tmp_path / "x.po")
        done = run(msgfmt, "-c", "-o", tmp_path / "x.mo", "x.po", at=tmp_path)
        assert done.returncode == code, done.stderr


def _template(**texts: str) -> PoCatalog:
    catalog = PoCatalog(None, "small")
    for context, text in texts.items():
        catalog[text] = Message(
            text, "", flags=["max-length:80"], auto_comments=["Where: x"], context=context
        )
    return catalog


def _merged_by_gettext(old: PoCatalog, template: PoCatalog, at: Path) -> PoCatalog:
    msgmerge = program("that gettext merges as we do", "msgmerge")
    (at / "old.po").write_bytes(format_po(old))
    (at / "new.pot").write_bytes(format_po(template))
    done = run(msgmerge, "--previous", "--quiet", "-o", "out.po", "old.po", "new.pot", at=at)
    assert done.returncode == 0, done.stderr
    return parse_po((at / "out.po").read_bytes(), at / "out.po", "fr", "small")


def _worked_on() -> PoCatalog:
    catalog = merge(_template(a="One", b="Two {figure}", c="Three people went home"), None, "fr")
    for context, string in (("a", "Un"), ("b", "Deux {figure}"), ("c", "Trois sont rentrés")):
        catalog.contexts[context].string = string
    catalog.contexts["a"].user_comments = ["ask again"]
    sign_translated(catalog, catalog.contexts["a"], "translator")
    sign_reviewed(catalog, catalog.contexts["a"], "editor")
    return catalog


def test_gettext_merges_unchanged_messages_as_we_do(tmp_path: Path) -> None:
    old, template = _worked_on(), _template(a="One", b="Two {figure}", d="Quite another text")
    theirs, ours = _merged_by_gettext(old, template, tmp_path), merge(template, old, "fr")
    for context in ("a", "b", "d"):
        one, other = theirs.contexts[context], ours.contexts[context]
        for name in ("id", "string", "user_comments", "auto_comments", "fuzzy", "previous_id"):
            assert getattr(one, name) == getattr(other, name), (context, name)
    assert mark(theirs, theirs.contexts["a"]).reviewed_by == "editor"
    assert [one.string for one in theirs.obsolete.values()] == ["Trois sont rentrés"]


def test_what_gettext_loses_our_next_update_brings_back(tmp_path: Path) -> None:
    old, template = _worked_on(), _template(a="One", b="Two {figure}", c="Three people went home")
    old.contexts["a"].flags.add("ignore-end-stop")
    theirs = _merged_by_gettext(old, template, tmp_path)
    assert theirs.contexts["a"].flags == set()  # max-length:80 and the translator's own
    again = merge(template, theirs, "fr")
    assert again.contexts["a"].flags == {"max-length:80"}
    assert "ignore-end-stop" in merge(template, old, "fr").contexts["a"].flags


def test_gettext_guesses_from_a_neighbour_and_we_do_not(tmp_path: Path) -> None:
    old, template = (
        _worked_on(),
        _template(
            a="One", b="Two {figure}", c="Three people went home", d="Three people went home!"
        ),
    )
    assert _merged_by_gettext(old, template, tmp_path).contexts["d"].string == "Trois sont rentrés"
    assert merge(template, old, "fr").contexts["d"].string == ""


def test_a_reworded_message_is_fuzzy_beside_its_old_text_for_both(tmp_path: Path) -> None:
    old = _worked_on()
    template = _template(a="One", b="Two {figure}", c="Three people went home again")
    for merged in (_merged_by_gettext(old, template, tmp_path), merge(template, old, "fr")):
        message = merged.contexts["c"]
        assert message.string == "Trois sont rentrés"
        assert message.fuzzy
        assert message.previous_id == ["Three people went home"]


def test_what_gettext_writes_out_again_is_what_we_wrote(tmp_path: Path) -> None:
    """msgcat without wrapping gives our bytes but for flags it does not know."""
    msgcat = program("that gettext writes what we write", "msgcat")
    old = _worked_on()
    for message in old.contexts.values():
        message.flags -= {"max-length:80"}
    (tmp_path / "x.po").write_bytes(format_po(old))
    done = run(msgcat, "--no-wrap", "x.po", at=tmp_path)
    assert done.stdout == format_po(old).decode()
