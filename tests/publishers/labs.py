"""Every publisher's lab, by name: where the table of faults goes through all of them.

A house opens what a publisher needs, once, and gives out fresh accounts, one at a time, each with
a folder of its own in which the post's pictures will lie:

    @contextmanager
    def mine() -> Iterator[Fresh]:
        with Server() as server, LossyProxy(server.origin) as lossy:
            yield lambda folder: MineLab(folder, server.reset(), lossy)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from publishers.port import Idempotency
from publishers.testing.lab import Lab
from publishers.testing.lossy import LossyMail, LossyProxy
from publishers.testing.posts import NOW
from tests.pds import host
from tests.publishers.folder_lab import FolderLab
from tests.publishers.lab_apprise import AppriseLab, Inbox
from tests.publishers.lab_atom import AtomLab
from tests.publishers.lab_bluesky import Shared
from tests.publishers.lab_discord import TOKEN as WEBHOOK
from tests.publishers.lab_discord import DiscordLab
from tests.publishers.lab_email import EmailLab
from tests.publishers.lab_facebook import FacebookLab
from tests.publishers.lab_instagram import InstagramLab
from tests.publishers.lab_linkedin import LinkedInLab
from tests.publishers.lab_mastodon import MockLab, OwnLab, mastodon_mock
from tests.publishers.lab_slack import TOKEN as INCOMING
from tests.publishers.lab_slack import SlackLab
from tests.publishers.lab_telegram import TOKEN as BOT
from tests.publishers.lab_telegram import TelegramLab
from tests.publishers.lab_threads import ThreadsLab
from tests.publishers.lab_webhook import SECRET as SIGNING
from tests.publishers.lab_webhook import WebhookLab
from tests.publishers.lab_x import XLab
from tests.publishers.memory_lab import LIMITS, MemoryLab
from tests.publishers.noticeboard import noticeboard
from tests.publishers.servers.discord import Discord
from tests.publishers.servers.mastodon import Habits, MastodonServer
from tests.publishers.servers.slack import Shelf, Slack
from tests.publishers.servers.smtp import MailServer
from tests.publishers.servers.telegram import Telegram
from tests.publishers.servers.webhook import Receiver

Fresh = Callable[[Path], Lab]
House = Callable[[], AbstractContextManager[Fresh]]


def each(make: Callable[[Path], AbstractContextManager[Lab]]) -> House:
    """A house for a lab that brings all it needs, and is closed before the next."""

    @contextmanager
    def house() -> Iterator[Fresh]:
        def fresh(folder: Path) -> Lab:
            last.close()
            return last.enter_context(make(folder))

        with ExitStack() as last:
            yield fresh

    return house


@contextmanager
def _file(lab: Lab) -> Iterator[Lab]:
    yield lab


def _memory(idempotency: Idempotency) -> House:
    return each(lambda base: _file(MemoryLab(base, LIMITS, idempotency)))


def _noticeboard(*, keyed: bool) -> House:
    return each(lambda base: noticeboard(base, keyed=keyed))


@contextmanager
def _telegram(base: Path) -> Iterator[Lab]:
    with Telegram(BOT) as server, LossyProxy(server.origin) as lossy:
        yield TelegramLab(server, lossy)


@contextmanager
def _webhook(base: Path) -> Iterator[Lab]:
    with Receiver(SIGNING) as receiver, LossyProxy(receiver.origin) as lossy:
        yield WebhookLab(receiver, lossy)


@contextmanager
def _email(base: Path) -> Iterator[Lab]:
    with MailServer() as server, LossyMail("127.0.0.1", server.port) as lossy:
        yield EmailLab(server, lossy, base)


@contextmanager
def _apprise(base: Path) -> Iterator[Lab]:
    with Inbox() as inbox, LossyProxy(inbox.origin) as lossy:
        yield AppriseLab(inbox, lossy)


@contextmanager
def _slack(base: Path) -> Iterator[Lab]:
    with Slack(INCOMING) as server, Shelf() as shelf, LossyProxy(server.origin) as lossy:
        yield SlackLab(server, shelf, lossy)


@contextmanager
def _discord(base: Path) -> Iterator[Lab]:
    with Discord(WEBHOOK) as server, LossyProxy(server.origin) as lossy:
        yield DiscordLab(server, lossy)


@contextmanager
def _mastodon_mock() -> Iterator[Fresh]:
    with (
        TemporaryDirectory() as place,
        mastodon_mock(Path(place)) as origin,
        LossyProxy(origin) as lossy,
    ):

        def fresh(folder: Path) -> Lab:
            lossy.clear()
            return MockLab(folder, lossy)

        yield fresh


@contextmanager
def _mastodon_without_keys(base: Path) -> Iterator[Lab]:
    habits = Habits("2.7.2 (compatible; Pleroma 2.9.1)", keyed=False, shares=True)
    with MastodonServer(NOW, habits) as server, LossyProxy(server.origin) as lossy:
        yield OwnLab(base, lossy, server)


@contextmanager
def _bluesky() -> Iterator[Fresh]:
    with LossyProxy(host().origin) as lossy, ExitStack() as last:
        shared = Shared(host(), lossy)

        def fresh(folder: Path) -> Lab:
            last.close()
            return last.enter_context(shared.lab())

        yield fresh


HOUSES: Mapping[str, House] = {
    "folder": each(lambda base: _file(FolderLab(base))),
    "memory, keys": _memory(Idempotency.NATIVE),
    "memory, read back": _memory(Idempotency.READBACK),
    "memory, nothing": _memory(Idempotency.NONE),
    "notice board, keys": _noticeboard(keyed=True),
    "notice board, read back": _noticeboard(keyed=False),
    "atom": each(lambda base: _file(AtomLab(base / "workspace"))),
    "mastodon": _mastodon_mock,
    "mastodon, no keys": each(_mastodon_without_keys),
    "bluesky": _bluesky,
    "telegram": each(_telegram),
    "discord": each(_discord),
    "slack": each(_slack),
    "email": each(_email),
    "apprise": each(_apprise),
    "webhook": each(_webhook),
    "facebook": each(lambda base: closing(FacebookLab(base))),
    "instagram": each(lambda base: closing(InstagramLab(base))),
    "threads": each(lambda base: closing(ThreadsLab(base))),
    "linkedin": each(lambda base: closing(LinkedInLab(base))),
    "x": each(lambda base: closing(XLab())),
}
