"""Another key for all accounts: the new one first, then every row, then the old one goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clarion.vault.accounts import LockedError, Vault
from clarion.vault.content import opened
from clarion.vault.seal import Key, KeyRing, KeyRingError, new_key, replace_file

if TYPE_CHECKING:
    from clarion.store.accounts import Row


@dataclass(frozen=True)
class Rotated:
    """All ``accounts`` are sealed with the key ``new`` now. The keys ``old`` are kept beside, in
    the files ``kept``: backups made before now need them."""

    accounts: int
    new: str
    old: tuple[str, ...]
    kept: tuple[Path, ...] = ()


def rotate(vault: Vault, by: str, now: datetime) -> Rotated:
    """Seal every account with the newest key: with the one that a person has put first, else with
    one that is made now and written into the file first.

    All rows or none. Cut short, it goes on where it is said again: the file holds both keys until
    the end. Raises :class:`~clarion.vault.accounts.LockedError`,
    :class:`~clarion.vault.seal.KeyRingError` or :class:`~scheduler.ledger.StoreError`.
    """
    rows = vault.rows.all()
    for row in rows:
        vault.content(row)
    ring = vault.ring()
    if ring is None:
        raise KeyRingError("there is no key yet: 'clarion accounts add' makes one")
    if all(row.key == ring.newest.id for row in rows):
        ring = _with_new_key(ring)
    count = vault.rows.reseal(lambda row: _resealed(row, ring), by, now)
    old = ring.keys[1:]
    kept = tuple(_put_away(key, ring.file) for key in old) if ring.file else ()
    if ring.file is not None:
        replace_file(KeyRing(ring.keys[:1]), ring.file)
    return Rotated(count, ring.newest.id, tuple(key.id for key in old), kept)


def _with_new_key(ring: KeyRing) -> KeyRing:
    if ring.file is None:
        raise KeyRingError(
            "CLARION_KEY: all accounts are sealed with its first key: put a new key and a comma "
            "before it on every machine, then say this again"
        )
    longer = KeyRing((new_key(), *ring.keys), ring.file)
    replace_file(longer, ring.file)
    return longer


def _resealed(row: Row, ring: KeyRing) -> Row:
    content = opened(row, ring)
    if content is None:
        raise LockedError(f"{row.account}: changed meanwhile; nothing was sealed anew: try again")
    return content.put_into(row, ring)


def _put_away(key: Key, file: Path) -> Path:
    place = file.with_name(f"{file.name}.{key.id}")
    replace_file(KeyRing((key,)), place)
    return place
