"""What lies inside a seal: secrets, and what they belong to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from publishers.account import Secret

if TYPE_CHECKING:
    from clarion.store.accounts import Row
    from clarion.vault.seal import KeyRing


class Destination(NamedTuple):
    """What secrets were stored for: the platform, and the server that the channel names."""

    platform: str
    server: str = ""

    def __str__(self) -> str:
        return f"{self.platform} at {self.server}" if self.server else self.platform


@dataclass(frozen=True)
class Content:
    """The secrets of one version of one account, for one place."""

    account: str
    version: int
    destination: Destination
    secrets: Mapping[str, Secret]

    def put_into(self, row: Row, ring: KeyRing) -> Row:
        """The row with this content, sealed with the newest key."""
        shown = {name: secret.reveal() for name, secret in self.secrets.items()}
        plain = _json({**self._labels(), "secrets": shown})
        mark = ring.fingerprint(_json({"account": self.account, "secrets": shown}))
        return replace(row, sealed=ring.seal(plain), key=ring.newest.id, fingerprint=mark)

    def _labels(self) -> dict[str, Any]:
        return {"account": self.account, "version": self.version, "for": list(self.destination)}


def opened(row: Row, ring: KeyRing) -> Content | None:
    """What a row holds; None when it does not open, or is not this row's."""
    plain = ring.open(row.sealed)
    if plain is None:
        return None
    found = json.loads(plain)
    if (found["account"], found["version"]) != (row.account, row.version):
        return None
    secrets = {name: Secret(text) for name, text in found["secrets"].items()}
    destination = Destination(*found["for"])
    if destination.platform != row.platform:
        return None
    return Content(row.account, row.version, destination, MappingProxyType(secrets))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True).encode("ascii")
