from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publishers.port import Prepared, Receipt, canonical_json

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.text(min_size=1), st.dictionaries(st.text(), _JSON))
def test_a_prepared_request_survives_json_exactly(key: str, request: dict[str, object]) -> None:
    prepared = Prepared.of(key, "memory", request)
    again = Prepared.from_json(prepared.to_json())
    assert again == prepared
    assert again.to_json() == prepared.to_json()
    assert again.intact
    assert prepared.to_json().isascii()
    assert "\n" not in prepared.to_json()


def test_the_request_is_a_copy_of_its_own() -> None:
    mine = {"alts": ["one"]}
    prepared = Prepared.of("k", "memory", mine)
    mine["alts"].append("two")
    assert prepared.request == {"alts": ["one"]}
    with pytest.raises(TypeError):
        prepared.request["alts"] = []  # type: ignore[index]


def test_a_change_deep_inside_is_noticed() -> None:
    prepared = Prepared.of("k", "memory", {"alts": ["one"]})
    prepared.request["alts"].append("two")
    assert not prepared.intact


def test_the_order_of_names_and_tuples_do_not_matter() -> None:
    first = Prepared.of("k", "memory", {"a": (1, 2), "b": 1})
    assert first == Prepared.of("k", "memory", {"b": 1, "a": [1, 2]})


@pytest.mark.parametrize(
    ("key", "kind", "request_"),
    [("k2", "memory", {"a": 1}), ("k", "folder", {"a": 1}), ("k", "memory", {"a": "1"})],
)
def test_key_kind_and_request_all_count(key: str, kind: str, request_: dict[str, object]) -> None:
    assert Prepared.of("k", "memory", {"a": 1}).digest != Prepared.of(key, kind, request_).digest


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, datetime(2027, 1, 1), b"bytes"])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Prepared.of("k", "memory", {"a": value})


def test_a_stored_request_that_was_changed_is_refused() -> None:
    stored = Prepared.of("k", "memory", {"text": "approved"}).to_json()
    with pytest.raises(ValueError, match="digest does not fit"):
        Prepared.from_json(stored.replace("approved", "other"))
    for wrong in ("[]", "{}", '{"key":"k"}'):
        with pytest.raises(ValueError, match="expected key"):
            Prepared.from_json(wrong)


def test_a_receipt_needs_a_zone() -> None:
    assert Receipt("1", None, datetime(2027, 7, 30, tzinfo=UTC)).at.tzinfo is UTC
    with pytest.raises(ValueError, match="no zone"):
        Receipt("1", None, datetime(2027, 7, 30))


def test_values_can_be_kept_in_sets() -> None:
    prepared = Prepared.of("k", "memory", {"a": []})
    receipt = Receipt("1", None, datetime(2027, 7, 30, tzinfo=UTC), {"alts": []})
    assert len({prepared, Prepared.from_json(prepared.to_json())}) == 1
    assert len({receipt, receipt}) == 1


def test_one_spelling() -> None:
    assert canonical_json({"b": "é", "a": [1, None]}) == '{"a":[1,null],"b":"\\u00e9"}'
