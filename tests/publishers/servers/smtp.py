"""A mail server, by aiosmtpd, on a free port of this machine: it keeps what it takes, refuses what
it is told to, and can encrypt and ask for a password."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """What came, and what the server is to say: by step (`MAIL`, `RCPT`, `DATA`, `END`) or by
    recipient, in place of a yes."""

    mails: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    user: str = ""
    password: str = ""

    def read(self) -> list[EmailMessage]:
        return [
            cast("EmailMessage", message_from_bytes(mail, policy=policy.default))
            for mail in self.mails
        ]

    async def handle_MAIL(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.steps.append(f"MAIL {' '.join(options)}".strip())
        envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.says.get(address, self.says.get("RCPT", "250 OK"))
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        answer = self.says.get("END", "250 OK: queued")
        if answer == "hang":
            await asyncio.sleep(60)
        if answer.startswith("2"):
            self.mails.append(cast("bytes", envelope.original_content))
            self.recipients.append(list(envelope.rcpt_tos))
        return answer

    def authenticate(
        self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = LoginPassword(self.user.encode(), self.password.encode())
        self.steps.append(f"AUTH {mechanism}")
        return AuthResult(success=data == right, handled=False)


class _Controller(Controller):
    """One that is at a port which the system chose."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """From `with` to its end. `certificate` is a file with a certificate and its key; with
    `at_once` there is no word before TLS. `hide` are mechanisms of AUTH that it does not offer."""

    def __init__(
        self, certificate: Path | None = None, *, at_once: bool = False, hide: tuple[str, ...] = ()
    ) -> None:
        self.box = Mailbox()
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self._controller = _Controller(
            self.box,
            hostname="127.0.0.1",
            port=0,
            ssl_context=context if at_once else None,
            tls_context=None if at_once else context,
            authenticator=self.box.authenticate,
            auth_exclude_mechanism=hide,
            auth_require_tls=not at_once,
            decode_data=False,
            data_size_limit=40_000_000,
        )

    def __enter__(self) -> Self:
        self._controller.start()
        self.port: int = self._controller.port
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
