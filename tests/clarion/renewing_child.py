"""Renews an account in a process of its own: the ledger, the key, where to count, how to end."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clarion.settings import Settings
from clarion.store.sqlite import open_ledger
from clarion.vault.accounts import Vault, Waits
from clarion.vault.content import Destination
from clarion.vault.seal import KeyRing, key_ring
from publishers.account import Grant, Secret

NAME, HERE = "it/it-townhall", Destination("townhall")


def main(workspace: Path, how: str) -> None:
    ledger = open_ledger(workspace / "clarion.sqlite")

    def keys() -> KeyRing | None:
        return key_ring(Settings(workspace))

    def fetch(used: Grant) -> Grant:
        with (workspace / "fetched").open("a") as told:
            told.write(f"{os.getpid()}\n")
        if how == "dies":
            print("fetching", flush=True)
            time.sleep(60)
        time.sleep(0.3)
        return Grant({"token": Secret(f"from {used['token'].reveal()}")})

    waits = Waits(timedelta(seconds=30), 0.02)
    vault = Vault(lambda: ledger.accounts, keys, lambda: datetime.now(UTC), "here", waits)
    account = vault.account(NAME, HERE)
    used = account.grant()
    print("ready", flush=True)
    sys.stdin.readline()
    new = account.renew(used, fetch)
    print(new.version, new["token"].reveal(), flush=True)
    ledger.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
