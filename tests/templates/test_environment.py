"""Templates run fenced in: no way out, no silence about missing names, nothing left to chance."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from templates import environment
from tests.templates.samples import written


@pytest.mark.parametrize(
    "way_out",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ '{0.__class__}'.format('') }}",
        "{{ self.__init__.__globals__ }}",
        "{% set x = [] %}{{ x.append(1) }}",
    ],
)
def test_a_template_reaches_nothing_but_its_values(way_out: str) -> None:
    with pytest.raises(SecurityError):
        environment().from_string(way_out).render()


@pytest.mark.parametrize("missing", ["{{ nobody }}", "{% if nobody %}{% endif %}", "{{ x.y }}"])
def test_a_name_that_was_not_given_is_never_printed_as_nothing(missing: str) -> None:
    with pytest.raises(UndefinedError):
        environment().from_string(missing).render(x="")


@pytest.mark.parametrize("lots", ["{{ lipsum() }}", "{{ [1, 2] | random }}"])
def test_no_template_can_draw_lots(lots: str) -> None:
    with pytest.raises((UndefinedError, TemplateSyntaxError)):
        environment().from_string(lots).render()


def test_pages_escape_what_they_print_and_post_texts_do_not() -> None:
    markup = "<b> & 'c'"
    assert environment().from_string("{{ x }}").render(x=markup) == markup
    escaped = environment(html=True).from_string("{{ x }}").render(x=markup)
    assert escaped == "&lt;b&gt; &amp; &#39;c&#39;"


def test_a_line_with_only_a_tag_leaves_no_line_behind() -> None:
    text = environment().from_string("a\n  {% if true %}\nb\n  {% endif %}\nc\n").render()
    assert text == "a\nb\nc"


def test_the_workspaces_template_comes_before_the_shipped_one(tmp_path: Path) -> None:
    written(tmp_path, "captions/short.txt.j2", "ours")
    found = environment(tmp_path)
    assert found.get_template("captions/short.txt.j2").render() == "ours"
    assert found.get_template("captions/long.txt.j2").filename != str(
        tmp_path / "templates/captions/long.txt.j2"
    )


@pytest.mark.parametrize(
    "name", ["../pyproject.toml", "captions/../../pyproject.toml", "/etc/hosts"]
)
def test_no_template_lies_outside_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(TemplateNotFound):
        environment(tmp_path).get_template(name)
