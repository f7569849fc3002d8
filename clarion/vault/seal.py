"""Seals secrets, and keeps the ring of keys that open them.

A seal is Fernet: AES-128-CBC under HMAC-SHA256, so that what was changed does not open. A key is 32
bytes in base64. A ring holds several, the newest first: the newest seals, all of them open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from clarion.errors import ClarionError
from clarion.settings import Settings

_BYTES = 32
_HEAD = (
    "# Opens the secrets of Clarion's accounts. Keep it to yourself, and keep a copy elsewhere.\n"
)


class KeyRingError(ClarionError):
    """The keys cannot be read or used: one line with the place and the remedy, and no key."""


class Key(NamedTuple):
    """``id`` tells it from others, and tells nothing else about it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id})"

    @property
    def text(self) -> str:
        """As it stands in a file."""
        return base64.urlsafe_b64encode(self.secret).decode("ascii")

    @property
    def fernet(self) -> Fernet:
        """What seals and opens with it."""
        return Fernet(self.text)


class KeyRing:
    """At least one key. ``file`` is where they were read from, None for the environment."""

    def __init__(self, keys: Sequence[Key], file: Path | None = None) -> None:
        self.keys = tuple(keys)
        self.file = file
        self._all = MultiFernet([key.fernet for key in keys])

    def __contains__(self, key_id: str) -> bool:
        return key_id in (key.id for key in self.keys)

    def __str__(self) -> str:
        return ", ".join(key.id for key in self.keys)

    @property
    def newest(self) -> Key:
        """The key that seals."""
        return self.keys[0]

    def seal(self, plain: bytes) -> bytes:
        """Only a ring with the newest key opens it again."""
        return self.newest.fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes | None:
        """What was sealed; None when no key fits, or it was changed since."""
        try:
            return self._all.decrypt(sealed)
        except InvalidToken:
            return None

    def fingerprint(self, plain: bytes) -> str:
        """Eight signs by which people tell two secrets apart. Who lacks the key cannot try out
        from it what a weak secret may be."""
        key = self.newest.secret
        return hashlib.blake2b(plain, digest_size=4, key=key, person=b"clarion-secret").hexdigest()


def new_key() -> Key:
    """A key that nobody has."""
    return _key(Fernet.generate_key().decode("ascii"), "a new key")


def key_ring(settings: Settings) -> KeyRing | None:
    """The keys of the environment, else those of the file; None when there are none.

    Raises :class:`KeyRingError`.
    """
    if settings.keys:
        return KeyRing(_keys(settings.keys.split(","), "CLARION_KEY"))
    file = settings.key_path
    try:
        text = _private_text(file)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise KeyRingError(
            f"{file}: cannot be read ({why}): give this user permission, or mend 'key_file'"
        ) from None
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return KeyRing(_keys(lines, str(file)), file)


def create_ring(file: Path) -> KeyRing:
    """A ring with a new key, in a file that was not there: nobody but its owner may read it.

    Raises :class:`KeyRingError`, also where there is a file.
    """
    key, made = new_key(), False
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        made = True
        _write(handle, (key,))
    except OSError as error:
        if made:
            file.unlink(missing_ok=True)
        raise KeyRingError(
            f"{file}: cannot be made ({error.strerror}): give write permission to its folder, "
            "or set 'key_file' or CLARION_KEY"
        ) from error
    return KeyRing((key,), file)


def replace_file(ring: KeyRing, file: Path) -> None:
    """Make ``file`` hold these keys, in one step. Raises :class:`KeyRingError`."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        _write(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), ring.keys)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise KeyRingError(
            f"{file}: cannot be written ({error.strerror}): give write permission to its folder"
        ) from error


def _write(handle: int, keys: Sequence[Key]) -> None:
    text = _HEAD + "".join(f"{key.text}\n" for key in keys)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)


def _private_text(file: Path) -> str:
    """The text of a file that nobody but its owner may read."""
    with file.open(encoding="ascii") as opened:
        mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        if os.name == "posix" and mode & 0o077:
            raise KeyRingError(f"{file}: others may read it (mode {mode:04o}): chmod 600 {file}")
        return opened.read()


def _keys(texts: Sequence[str], where: str) -> list[Key]:
    found = [_key(text.strip(), where) for text in texts if text.strip()]
    if not found:
        raise KeyRingError(f"{where}: holds no key: put the key back, or take {where} away")
    return list(dict.fromkeys(found))


def _key(text: str, where: str) -> Key:
    # Not a word of the text itself: it may be a key with a letter too many.
    try:
        secret = base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"}), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _BYTES:
        raise KeyRingError(
            f"{where}: holds what is no key: a key is 32 bytes in base64, such as "
            "'openssl rand -base64 32' makes"
        )
    digest = hashlib.blake2b(secret, digest_size=4, person=b"clarion-key")
    return Key(digest.hexdigest(), secret)
