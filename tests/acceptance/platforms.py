"""Real servers of several platforms, each behind a proxy that may lose an answer, and a society
that has an account on all of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from publishers.account import Secret
from publishers.testing.lab import Seen
from publishers.testing.lossy import (
    Lossy,
    LossyMail,
    LossyProxy,
    When,
    anything,
    mutating,
    to,
)
from tests.acceptance.today import make_due, mark_reviewed
from tests.conftest import COMMAND, PATIENCE, Command, Done
from tests.pds import host
from tests.publishers.lab_atom import AtomLab
from tests.publishers.lab_bluesky import PUT, BlueskyLab
from tests.publishers.lab_email import EmailLab
from tests.publishers.lab_mastodon import MockLab, mastodon_mock
from tests.publishers.lab_telegram import TOKEN as BOT
from tests.publishers.lab_telegram import TelegramLab
from tests.publishers.lab_webhook import SECRET as SIGNING
from tests.publishers.lab_webhook import WebhookLab
from tests.publishers.servers.smtp import MailServer
from tests.publishers.servers.telegram import Telegram
from tests.publishers.servers.webhook import Receiver


@dataclass(frozen=True)
class Account:
    """One account: its platform, its settings in the file, its secrets, the way to its server,
    and what a visitor sees there."""

    platform: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    seen: Callable[[], list[Seen]]
    lossy: Lossy | None = None
    posting: When = mutating
    """Which of its requests is the one that posts."""
    knows: bool = True
    """Whether the platform knows a request again, or can tell what is there."""


@contextmanager
def everywhere(workspace: Path) -> Iterator[dict[str, Account]]:
    """An account on each platform, by name."""
    with ExitStack() as open_:
        place = workspace.parent / "mastodon"
        place.mkdir()
        way = open_.enter_context(LossyProxy(open_.enter_context(mastodon_mock(place))))
        mastodon = MockLab(place, way)
        pds = open_.enter_context(LossyProxy(host().origin))
        member = host().join()
        bluesky = BlueskyLab(member, pds, {"app_password": Secret(member.app_password)})
        bot = open_.enter_context(Telegram(BOT))
        chat = open_.enter_context(LossyProxy(bot.origin))
        receiver = open_.enter_context(Receiver(SIGNING))
        hook = open_.enter_context(LossyProxy(receiver.origin))
        server = open_.enter_context(MailServer())
        post = open_.enter_context(LossyMail("127.0.0.1", server.port))
        yield {
            "mastodon": Account(
                "mastodon",
                {"server": way.origin, "local": "yes"},
                {"token": mastodon.secrets[0]},
                mastodon.seen,
                way,
                to("POST", "/api/v1/statuses"),
            ),
            "bluesky": Account(
                "bluesky",
                {"server": pds.origin, "handle": member.handle, "local": "yes"},
                {"app_password": member.app_password},
                bluesky.seen,
                pds,
                to("POST", PUT),
            ),
            "telegram": Account(
                "telegram",
                {"server": chat.origin, "chat": "@croce_rossa", "local": "yes"},
                {"token": BOT},
                TelegramLab(bot, chat).seen,
                chat,
                knows=False,
            ),
            "webhook": Account(
                "webhook",
                {"url": f"{hook.origin}/posts", "local": "yes"},
                {"signing_secret": SIGNING},
                WebhookLab(receiver, hook).seen,
                hook,
            ),
            "email": Account(
                "email",
                {
                    "to": "focal@society.example",
                    "from": "campaigns@society.example",
                    "server": post.host,
                    "port": str(post.port),
                    "security": "none",
                    "local": "yes",
                },
                {},
                EmailLab(server, post, workspace).seen,
                post,
                anything,
                knows=False,
            ),
            "atom": Account(
                "atom",
                {"url": "https://society.example/feed/it-it-atom.atom.xml"},
                {},
                lambda: AtomLab(workspace).seen(),
            ),
        }


def a_day_everywhere(
    workspace: Path, accounts: Mapping[str, Account], clarion: Command
) -> list[Done]:
    """The campaign of today on all of them, reviewed, connected, planned and approved; what the
    commands printed."""
    day = make_due(workspace)
    mark_reviewed(workspace)
    file = workspace / "campaigns" / "societies.yaml"
    lines = [_channel(name, one) for name, one in accounts.items()]
    text = file.read_text("utf-8")
    plain = "      - {id: c0, platform: folder, locale: en_GB}"
    assert plain in text
    file.write_text(text.replace(plain, "\n".join(lines)), "utf-8")
    said = []
    for name, one in accounts.items():
        if one.secrets:
            typed = "".join(f"{key}={value}\n" for key, value in one.secrets.items())
            said.append(_connected(workspace, f"mt/{_id(name)}", typed))
    said.append(clarion("plan", "--for", day))
    said.append(clarion("approve", "--as", "editor"))
    assert [done.code for done in said] == [0] * len(said), said
    return said


def _connected(workspace: Path, account: str, typed: str) -> Done:
    """As an administrator's script does it: the secrets come through a pipe."""
    done = subprocess.run(
        [COMMAND, "accounts", "add", account, "--as", "administrator"],
        cwd=workspace,
        env={"PATH": os.environ["PATH"]},
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _id(name: str) -> str:
    return "it-it-atom" if name == "atom" else name


def _channel(name: str, one: Account) -> str:
    settings = ", ".join(f'{key}: "{value}"' for key, value in one.settings.items())
    words = f"id: {_id(name)}, platform: {one.platform}, locale: en_GB"
    return f"      - {{{words}, settings: {{{settings}}}}}"
