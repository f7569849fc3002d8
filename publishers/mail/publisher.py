"""Sends a post as a mail.

A mail cannot be looked up, taken back or told apart from its twin by the server: after a lost
answer a person looks. The twin has the same Message-ID, by which many mailboxes show only one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import ClassVar, cast

from publishers.account import Account, Wanted
from publishers.errors import NotConnected, Permanent, SetupError
from publishers.facts import lacking
from publishers.limits import check, refuse
from publishers.mail.message import freeze, written
from publishers.mail.session import Login, MailServer, Security
from publishers.pictures import read_checked, read_whole
from publishers.platforms import capabilities
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Post,
    Prepared,
    Receipt,
    WithoutUploads,
    refuse_foreign,
)
from publishers.settings import Settings

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|\[?[0-9A-Fa-f:.]+\]?")
_NAMED = re.compile(r"([^<>\"\x00-\x1f]*)<([^<>]*)>")


class EmailPublisher(WithoutUploads):
    """Mails a post to one or more people.

    Settings: `to` (addresses, commas between), `from` (an address, or `Name <address>`), `server`
    (the host that takes our mail), `security` (`starttls`, the default, or `tls`; `none` for a
    server marked `local`), `port`, `max_bytes` of one picture, `ca_file`, `local`. Secrets:
    `user` and `password`, where the server wants them.
    """

    kind = "email"
    deadline: ClassVar[float] = 60.0
    """Seconds for a whole dialogue."""
    wanted = (
        Wanted("user", "the user name at the mail server", optional=True),
        Wanted("password", "the password at the mail server", optional=True),
    )

    def __init__(
        self, channel: str, settings: Mapping[str, object], base: Path, account: Account
    ) -> None:
        """SetupError when a setting is unknown or is not understood."""
        own = Settings(channel, settings)
        self._to = [_address(channel, "to", one) for one in own.text("to", "").split(",")]
        self._sender = _named(channel, own.text("from", ""))
        self._server = self._at(channel, own, base)
        limit = own.number("max_bytes")
        own.done()
        self._account = account
        self._capabilities = capabilities(
            self.kind,
            idempotency=Idempotency.NONE,
            can_find=False,
            can_delete=False,
            **({"max_bytes": limit} if limit else {}),
        )

    def _at(self, channel: str, own: Settings, base: Path) -> MailServer:
        host, local = own.text("server", ""), own.flag("local")
        if not _HOST.fullmatch(host):
            raise SetupError(f"channel {channel}: server is '{host}'; write mail.example.org")
        security = own.choice("security", "starttls", tuple(_PORTS))
        if security == "none" and not local:
            text = "security is none; mails go encrypted, but to a server marked 'local'"
            raise SetupError(f"channel {channel}: {text}")
        self._encrypted = security != "none"
        return MailServer(
            host,
            own.number("port") or _PORTS[security],
            cast("Security", security),
            local=local,
            ca_file=own.file("ca_file", base),
            deadline=self.deadline,
            hello=self._sender[1].rpartition("@")[2],
        )

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        """Sign in, and leave without a mail."""
        self._server.greet(self._login())
        return f"mail from {self._sender[1]} to {', '.join(self._to)} over {self._server.host}"

    def validate(self, post: Post) -> list[Finding]:
        return [*check(post, self._capabilities), *lacking(post)]

    def prepare(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        limit = self._capabilities.max_bytes
        data = [read_whole(picture, n, limit) for n, picture in enumerate(post.pictures, 1)]
        request = freeze(post, self._sender, self._to)
        request["files"] = [str(picture.path.absolute()) for picture in post.pictures]
        request["sha256"] = hashlib.sha256(written(request, data)).hexdigest()
        return Prepared.of(post.key, self.kind, request)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """Hand it in for all recipients, or for none. Calling it again mails it again."""
        refuse_foreign(prepared, self.kind, now)
        mail, request = _frozen(prepared), prepared.request
        self._server.send(mail, request["sender"][1], request["to"], self._login())
        return Receipt(request["message_id"], None, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:  # noqa: ARG002
        return CannotTell("a mail server cannot be asked what it has delivered")

    def delete(self, receipt: Receipt) -> None:
        """Permanent, always."""
        text = f"mail {receipt.remote_id}: a mail cannot be taken back; write to whoever got it"
        raise Permanent(text, code="delete.impossible")

    def _login(self) -> Login | None:
        try:
            grant = self._account.grant()
        except NotConnected:
            return None  # nothing is stored: a server that wants a password says so
        if not grant.secrets.get("user"):
            return None
        if not self._encrypted:
            text = f"{self._server.host}: a password goes over encrypted connections only"
            raise Permanent(f"{text}; set 'security'", code="security.none", field="settings")
        return grant["user"].reveal(), grant["password"].reveal()


def _frozen(prepared: Prepared) -> bytes:
    """The mail as it was when the post was prepared. Permanent when a picture has changed."""
    request = prepared.request
    files = zip(request["files"], request["pictures"], strict=True)
    data = [
        b"".join(read_checked(Path(file), picture["digest"], number))
        for number, (file, picture) in enumerate(files, 1)
    ]
    mail = written(request, data)
    if hashlib.sha256(mail).hexdigest() != request["sha256"]:
        text = f"request {prepared.key} cannot be written as it was frozen; prepare it again"
        raise Permanent(text, code="request.changed")
    return mail


def _named(channel: str, text: str) -> tuple[str, str]:
    found = _NAMED.fullmatch(text.strip())
    name, address = (found[1].strip(), found[2]) if found else ("", text)
    return name, _address(channel, "from", address)


def _address(channel: str, setting: str, text: str) -> str:
    address = text.strip()
    if not _ADDRESS.fullmatch(address) or len(address) > 254:
        wanted = "addresses like someone@example.org, in Latin letters"
        raise SetupError(f"channel {channel}: {setting} is '{address}'; write {wanted}")
    return address
