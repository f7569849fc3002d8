"""A platform that wants secrets: its office is a JSON file, which knows who may come in.

    {"tokens": {TOKEN: HANDLE}, "says": {...facts...}, "mood": "", "lives": days, "renewals": 0}

With a mood it is `busy`, `closed` (a refresh is needed), or has a bug that spells secrets out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from publishers.account import Account, Grant, Secret, Wanted
from publishers.errors import AuthExpired, Transient
from publishers.memory import MemoryPublisher

POINT = "tests.clarion.townhall:{}Publisher"


def announce(site: Path) -> None:
    """Put the distribution of these publishers where Python looks for such."""
    info = site / "townhall-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: townhall\nVersion: 1.0\n")
    kinds = [f"{kind} = {POINT.format(kind.title())}" for kind in ("townhall", "chapel")]
    (info / "entry_points.txt").write_text("\n".join(["[clarion.publishers]", *kinds]))


class ChapelPublisher(MemoryPublisher):
    """Takes a token that only a person can renew. Setting: `office`, the file."""

    kind = "chapel"
    wanted = (
        Wanted("token", "what the office gave you"),
        Wanted("code", "the code on its back", optional=True),
    )

    def __init__(
        self, channel: str, settings: Mapping[str, object], base: Path, account: Account
    ) -> None:
        super().__init__(channel, {}, base)
        self._office = base / str(settings["office"])
        self._account = account

    def verify(self) -> str:
        office, token = self._asked(), self._account.grant()["token"].reveal()
        if office["mood"] == "bug":
            raise ValueError(f"cannot understand {token}")
        if token not in office["tokens"]:
            text = self._account.grant().masked(f"the office does not know {token}")
            raise AuthExpired(text)
        if office["mood"] == "closed":
            raise AuthExpired("the session is over", refreshable=True)
        self._account.learn(office["says"])
        return str(office["tokens"][token])

    def _asked(self) -> dict[str, Any]:
        office: dict[str, Any] = json.loads(self._office.read_text("utf-8"))
        if office["mood"] == "busy":
            raise Transient("the office is busy", retry_after=60.0)
        return office


class TownhallPublisher(ChapelPublisher):
    """Takes a token that it renews by itself."""

    kind = "townhall"

    def renew(self, used: Grant) -> None:
        self._account.renew(used, self._fetch)

    def _fetch(self, used: Grant) -> Grant:
        office, token = self._asked(), used["token"].reveal()
        if token not in office["tokens"]:
            raise AuthExpired("the office renews no token that it does not know")
        handle, new = office["tokens"].pop(token), f"{token}+"
        changes = {"mood": "", "renewals": office["renewals"] + 1}
        tokens = {**office["tokens"], new: handle}
        self._office.write_text(json.dumps({**office, **changes, "tokens": tokens}), "utf-8")
        ends = self._account.now() + timedelta(days=office["lives"])
        return Grant({**used.secrets, "token": Secret(new)}, ends)
