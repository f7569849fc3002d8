from __future__ import annotations

from pathlib import Path

import pytest

from publishers.errors import SetupError
from publishers.folder import FolderPublisher
from publishers.memory import MemoryPublisher
from publishers.port import Idempotency


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text_limt": "5"}, "channel c: unknown setting 'text_limt'; known: text_limit"),
        ({"text_limit": "five"}, "channel c: text_limit is 'five'; write a whole number"),
        ({"text_limit": "0"}, "channel c: text_limit is '0'; write a whole number above zero"),
        ({"text_limit": "٥"}, "channel c: text_limit is '٥'; write a whole number"),
        ({"text_limit": 2.5}, "channel c: text_limit is '2.5'; write a whole number"),
        ({"rehearsal": "perhaps"}, "channel c: rehearsal is 'perhaps'; write yes or no"),
        ({"text_counter": "inches"}, "channel c: text_counter is 'inches'; write one of char"),
    ],
)
@pytest.mark.parametrize("make", [FolderPublisher, MemoryPublisher])
def test_a_wrong_setting_names_channel_setting_and_remedy(
    make: type[FolderPublisher], settings: dict[str, object], message: str, tmp_path: Path
) -> None:
    with pytest.raises(SetupError) as refused:
        make("c", settings, tmp_path)
    assert str(refused.value).startswith(message)


def test_settings_as_typed_in_a_file_or_given_by_code(tmp_path: Path) -> None:
    typed = FolderPublisher("c", {"text_limit": "280", "rehearsal": "Yes"}, tmp_path)
    given = FolderPublisher("c", {"text_limit": 280, "rehearsal": True}, tmp_path)
    assert typed.capabilities() == given.capabilities()
    assert typed.capabilities().text_limit == 280
    assert typed.capabilities().rehearsal


def test_a_wrong_class_of_idempotency(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="write one of native, windowed"):
        MemoryPublisher("c", {"idempotency": "always"}, tmp_path)
    platform = MemoryPublisher("c", {"idempotency": "windowed", "key_ttl": "60"}, tmp_path)
    assert platform.capabilities().idempotency is Idempotency.WINDOWED
    assert platform.capabilities().key_ttl == 60
