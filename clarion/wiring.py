"""Builds the objects a command needs: the only place that chooses concrete classes."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from campaigns.errors import ContentError, Place
from campaigns.library import Library, open_library
from campaigns.model import Campaign, Channel, Society
from clarion.fan_out import helpers
from clarion.gate import Gate
from clarion.press import Press
from clarion.settings import Settings, SettingsError, access
from locales import open_catalogues
from publishers import registry
from publishers.account import Account, FixedAccount
from publishers.errors import SetupError
from publishers.port import Publisher
from publishers.rehearsed import Rehearsed
from rendering.asset import AssetStore
from rendering.build import Workshop
from rendering.encode import ENCODINGS
from rendering.store import Store
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.clock import SystemTime, TimeSource
from scheduler.deliver import Deliver
from scheduler.delivery import Delivery
from scheduler.ledger import Ledger
from scheduler.runner import Pace, Runner
from scheduler.verdict import Timing
from templates.environment import environment

if TYPE_CHECKING:
    from clarion.store.ledger import SqlLedger
    from clarion.vault.accounts import Vault
    from clarion.vault.content import Destination


@dataclass
class Studio:
    """A workspace, opened. Parts are made when they are first asked for."""

    settings: Settings
    time: TimeSource = field(default_factory=SystemTime)

    @cached_property
    def library(self) -> Library:
        """What there is to say."""
        return open_library(self.settings.workspace)

    @cached_property
    def press(self) -> Press:
        """What makes posts."""
        settings = self.settings
        return Press(
            library=self.library,
            catalogues=open_catalogues(settings.workspace),
            workshop=Workshop(
                open_store(settings),
                settings.workspace,
                ENCODINGS[settings.encoding],
                helpers(settings.database) if settings.database else None,
            ),
            captions=environment(settings.workspace),
            sample_helpline=settings.sample_helpline,
        )

    @cached_property
    def ledger(self) -> SqlLedger:
        """The record of deliveries: in the workspace's file, or in a database."""
        # SQLAlchemy takes longer to import than all the rest; a build needs no ledger.
        if not self.settings.database:
            from clarion.store.sqlite import open_ledger

            return open_ledger(self.settings.ledger)
        ledger: SqlLedger = postgres().open_ledger(
            self.settings.database, host=self.host, beside=self.settings.ledger
        )
        return ledger

    @cached_property
    def vault(self) -> Vault:
        """The secrets of accounts, sealed beside the ledger."""
        # As with the ledger: most commands need no secret, and cryptography takes its time.
        from clarion.vault.accounts import Vault
        from clarion.vault.seal import key_ring

        return Vault(
            lambda: self.ledger.accounts, lambda: key_ring(self.settings), self.time.now, self.host
        )

    def account(self, society: str, channel: Channel, platform: str = "") -> Account:
        """What a publisher may know and keep of a channel's account. Nothing is opened yet.
        Raises ``SetupError`` when there is no such platform."""
        name = f"{society}/{channel.id}"
        if not registry.wanted(platform or channel.platform):
            return FixedAccount(name, clock=self.time.now)
        return self.vault.account(name, destination(channel, platform))

    @property
    def host(self) -> str:
        """The name of this machine."""
        return socket.gethostname()

    def close(self) -> None:
        """Give back the ledger's file, if it was opened. May be called twice."""
        if "ledger" in vars(self):
            self.ledger.close()

    def societies(self, chosen: Sequence[str] = ()) -> list[Society]:
        """The societies of the workspace, or those chosen among them, in the register's order."""
        known = self.library.societies
        wanted = self._known("society", "societies", chosen, tuple(known))
        return [society for name, society in known.items() if not wanted or name in wanted]

    def campaigns(self, chosen: Sequence[str] = ()) -> list[Campaign]:
        """The campaigns of the workspace, or those chosen."""
        return [self.library.campaign(name) for name in self.campaign_names(chosen)]

    def campaign_names(self, chosen: Sequence[str] = ()) -> tuple[str, ...]:
        """The ids of the campaigns of the workspace, or those chosen; there is at least one."""
        names = self.library.campaign_ids()
        wanted = self._known("campaign", "campaigns", chosen, names)
        found = tuple(name for name in names if not wanted or name in wanted)
        if not found:
            raise ContentError(
                Place(self.settings.workspace), "campaigns", "there is none", "add a campaign"
            )
        return found

    def formats(self, chosen: Sequence[str] = ()) -> tuple[str, ...]:
        """The picture formats to build."""
        known = tuple(self.press.workshop.composer.theme.formats)
        return self._known("format", "formats", chosen, known)

    def publisher_for(self, delivery: Delivery) -> Publisher:
        """The publisher of a delivery's account, made once. Raises ``SetupError``."""
        return self.publisher(delivery.society, self._channel(delivery), delivery.platform)

    def publisher(self, society: str, channel: Channel, platform: str = "") -> Publisher:
        """The publisher of a channel, of the platform it was planned for if it is another one by
        now; made once. Raises ``SetupError``."""
        key = f"{society}/{channel.id}", platform or channel.platform
        if key not in self._publishers:
            self._publishers[key] = registry.create(
                key[1],
                channel.id,
                publisher_settings(channel),
                self.settings.workspace,
                self.account(society, channel, platform),
            )
        return self._publishers[key]

    def rehearsal_publisher_for(self, folder: Path) -> Callable[[Delivery], Publisher]:
        """Publishers that only ever write marked hand-off folders below ``folder``: each does all
        that the account's own would, up to the frozen request."""
        made: dict[str, Publisher] = {}

        def find(delivery: Delivery) -> Publisher:
            if delivery.account not in made:
                settings = {"path": str(folder / "hand-off"), "rehearsal": True}
                real = self.publisher_for(delivery)
                laid = registry.create("folder", delivery.channel, settings, folder)
                made[delivery.account] = Rehearsed(real, laid)
            return made[delivery.account]

        return find

    def rehearsal_runner(
        self, ledger: Ledger, time: TimeSource, publisher_for: Callable[[Delivery], Publisher]
    ) -> Runner:
        """What a rehearsal posts with: real alarm, real threads, the gate."""
        # Of all commands only those that post wait for an alarm; APScheduler imports asyncio.
        from scheduler.adapters.apscheduler_clock import APSchedulerClock

        # Rehearsed minutes are real seconds: nobody's leave to send grows old here.
        timing = Timing(leave=timedelta(minutes=3))
        deliver = Deliver(
            ledger,
            time,
            publisher_for,
            Gate(self.press, rehearsal=True),
            self.settings.assets,
            "rehearsal",
            timing,
        )
        clock, executor = APSchedulerClock(time), ThreadsExecutor()
        return Runner(ledger, clock, executor, deliver.work, time, "rehearsal", Pace(tick=1.0))

    def _known(
        self, what: str, setting: str, chosen: Sequence[str], known: Sequence[str]
    ) -> tuple[str, ...]:
        """What was chosen on the command line, else in the settings; all of it must exist."""
        wanted: Sequence[str] = chosen or getattr(self.settings, setting)
        for name in wanted:
            if name not in known:
                where = "" if chosen else f"{self.settings.file}: '{setting}': "
                raise SettingsError(
                    f"{where}there is no {what} '{name}'; known are {', '.join(known)}"
                )
        return tuple(wanted)

    @cached_property
    def _publishers(self) -> dict[tuple[str, str], Publisher]:
        return {}

    def _channel(self, delivery: Delivery) -> Channel:
        society = self.library.societies.get(delivery.society)
        for channel in society.channels if society else ():
            if channel.id == delivery.channel:
                return channel
        raise SetupError(
            f"channel {delivery.account} is no longer in societies.yaml; plan again or restore it"
        )


def open_store(settings: Settings) -> Store:
    """Where the settings say that pictures are kept. Raises ``SettingsError`` without keys."""
    if settings.bucket is None:
        return AssetStore(settings.assets)
    from rendering.s3_store import Keys, Place, S3Store

    found = access(settings)
    place = Place(*settings.bucket, settings.assets_endpoint, found.region)
    return S3Store(settings.assets, place, Keys(found.key, found.secret, found.token))


def postgres() -> ModuleType:
    """What keeps a ledger in a database. Raises ``SettingsError`` where that is not installed."""
    try:
        from clarion.store import postgres
    except ImportError as error:
        raise SettingsError(
            f"'database' needs what is not installed ({error.name}): "
            "install Clarion with its extra 'postgres'"
        ) from error
    return postgres


def publisher_settings(channel: Channel) -> dict[str, object]:
    """What a channel's publisher is told: all its settings but the picture format."""
    return {key: value for key, value in channel.settings.items() if key != "format"}


def destination(channel: Channel, platform: str = "") -> Destination:
    """What a channel's secrets are for."""
    from clarion.vault.content import Destination

    return Destination(platform or channel.platform, channel.settings.get("server", ""))
