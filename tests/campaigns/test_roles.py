"""One person under two spellings is one person; two people are two."""

from __future__ import annotations

import pytest

from campaigns.roles import same_role


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Press officer", "press-officer"),
        ("M. A.", "ma"),
        ("Ana Kovač", "Ana Kovac"),
        ("José", "Jose\u0301"),
        ("Öz", "oz"),
        ("Straße", "STRASSE"),
        ("Ｅｄｉｔｏｒ", "editor"),
        ("edi\u200btor", "editor"),
    ],
)
def test_the_same_role_in_two_spellings(one: str, other: str) -> None:
    assert same_role(one, other)
    assert same_role(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("editor", "editor 2"), ("राम", "रीम"), ("editor", "second-editor"), ("กา", "กี")],
)
def test_two_roles(one: str, other: str) -> None:
    assert not same_role(one, other)
