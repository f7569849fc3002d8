"""Every scalar stays what was typed; what the format does not have is refused with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import ContentError
from campaigns.strict_yaml import (
    MAX_BYTES,
    MAX_DEPTH,
    Fields,
    Items,
    Node,
    Text,
    as_fields,
    as_items,
    as_text,
    load,
    parse,
)

HERE = Path("campaign.yaml")
Refusal = Callable[[Callable[[], object]], ContentError | None]


@pytest.mark.parametrize(
    "typed",
    ["no", "Yes", "on", "0121", "116006", "+39", "12:30", "22:22:22", "1.10", "1e3", "0x1F", "null",
     "~", "2027-07-30", "0800", ".inf", "=", "1_000"],
)  # fmt: skip
def test_a_scalar_stays_the_string_that_was_typed(typed: str) -> None:
    assert as_text(as_fields(parse(f"key: {typed}\n", HERE)).need("key")) == typed


def test_text_in_several_lines_and_quotes_is_read_as_yaml_says() -> None:
    top = as_fields(parse("a: >-\n  one\n  two\nb: 'it''s'\nc: \"\\u00e9\"\n", HERE))
    assert [as_text(top.need(key)) for key in "abc"] == ["one two", "it's", "é"]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: &x 2\n", 2, "anchor or alias"),
        ("a: [&x 1, *x]\n", 1, "anchor or alias"),
        ("a: &x {k: v}\nb:\n  <<: *x\n", 1, "anchor or alias"),
        ("a: 1\nb:\n  <<: *x\n", 3, "anchor or alias"),
        ("a: !!str 1\n", 1, "uses a tag"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "uses a tag"),
        ("a: 1\nb: 2\na: 3\n", 3, "stands twice"),
        ("a:\n  c: 1\n  c: 2\n", 3, "a.c: stands twice"),
        ("? [a, b]\n: 1\n", 1, "a key that is no text"),
        ("a: 1\n---\nb: 2\n", 2, "two documents"),
        ("a: [1, 2\nb: 3\n", 2, "is not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "is not valid YAML"),
        ("a: \x00\n", 0, "is not valid YAML"),
        ("", 0, "is empty"),
        ("# only a remark\n", 0, "is empty"),
    ],
)
def test_what_the_format_does_not_have_is_refused_with_its_line(
    text: str, line: int, problem: str
) -> None:
    with pytest.raises(ContentError, match=problem) as caught:
        parse(text, HERE)
    assert caught.value.place.line == line
    assert "\n" not in str(caught.value)


def test_an_expansion_bomb_is_refused_at_its_first_anchor() -> None:
    rows = ["a0: &a0 [x, x, x]"]
    rows += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(ContentError, match="anchor or alias"):
        parse("\n".join(rows), HERE)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 5000])
def test_deep_nesting_is_refused_before_it_can_hurt(depth: int) -> None:
    with pytest.raises(ContentError, match="nested too deeply"):
        parse("a: " + "[" * depth + "]" * depth, HERE)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse("[" * MAX_DEPTH + "x" + "]" * MAX_DEPTH, HERE)


def test_a_merge_key_without_an_alias_is_only_an_unknown_key() -> None:
    top = as_fields(parse("a: 1\n<<: {b: 2}\n", HERE))
    top.text("a")
    with pytest.raises(ContentError, match="<<: is not a known key"):
        top.done()


def test_an_unknown_key_is_refused_with_the_one_that_was_meant() -> None:
    top = as_fields(parse("title: x\nobservence: y\n", HERE))
    top.text("title")
    top.get("observance")
    with pytest.raises(ContentError, match=r"campaign.yaml:2: observence: .*'observance'\?"):
        top.done()


def test_an_unknown_key_like_no_other_is_refused_with_the_known_ones() -> None:
    top = as_fields(parse("title: x\nzzz: y\n", HERE))
    top.text("title")
    with pytest.raises(ContentError, match="known keys are title"):
        top.done()


def test_a_missing_key_is_refused_with_its_path_and_the_line_to_add() -> None:
    top = as_fields(parse("a:\n  b: 1\n", HERE))
    with pytest.raises(ContentError, match=r"a\.c: is missing; add 'c:'"):
        top.fields("a").need("c")


def test_a_value_of_the_wrong_shape_is_refused() -> None:
    top = as_fields(parse("a: [1]\nb: {c: 1}\nd: x\ne: ''\n", HERE))
    with pytest.raises(ContentError, match="a: must be one text"):
        top.text("a")
    with pytest.raises(ContentError, match="b: must be a list"):
        top.items("b")
    with pytest.raises(ContentError, match="d: must be a mapping"):
        top.fields("d")
    with pytest.raises(ContentError, match="e: is empty"):
        top.text("e")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_bytes(b"a: " + b"x" * MAX_BYTES)
    with pytest.raises(ContentError, match="larger than 1024 KiB"):
        load(file)


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(ContentError, match=r"campaign\.yaml:2: is not UTF-8 text"):
        load(file)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert load(file).text("a") == "1"


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContentError, match="check the path and rights"):
        load(tmp_path / name)


def test_a_top_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text("- a\n")
    with pytest.raises(ContentError, match="is not a mapping"):
        load(file)


TREES = st.recursive(
    st.text(max_size=20),
    lambda node: (
        st.lists(node, max_size=4) | st.dictionaries(st.text(max_size=8), node, max_size=4)
    ),
    max_leaves=20,
)


def _plain(node: Node) -> object:
    match node:
        case Text():
            return node.value
        case Items():
            return [_plain(item) for item in as_items(node)]
        case Fields():
            return {key: _plain(value) for key, value in node}


@given(TREES)
def test_what_is_written_quoted_comes_back_the_same(tree: object) -> None:
    # Shared objects would be written as anchors, which the format does not have.
    dumper = type("Dumper", (yaml.SafeDumper,), {"ignore_aliases": lambda *_: True})
    text = yaml.dump(tree, Dumper=dumper, default_style='"', allow_unicode=True)
    # The style leaves tags only on what is no string; there is none here.
    assert _plain(parse(text, HERE)) == tree


@given(st.text(alphabet="ab: -[]{}&*!?|>'\"%@`#,\n\t\\0~", max_size=60) | st.text(max_size=80))
def test_any_text_is_read_or_refused_in_one_line(refusal: Refusal, text: str) -> None:
    error = refusal(lambda: parse(text, HERE))
    assert error is None or len(str(error).splitlines()) == 1
    assert error is None or str(error).startswith("campaign.yaml")
