"""One dialogue with a mail server, and what may be believed of it afterwards.

    connect  EHLO  STARTTLS  AUTH  MAIL  RCPT ...    nothing clear came back -> Transient
    DATA  354  the mail and its dot                  nothing clear came back -> Unknown

The mail goes to all of its recipients or to none: one that is refused ends the dialogue before
DATA. The server's name is looked up once and connected to as for HTTP; the certificate is held
against that name; the whole has a deadline.
"""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from publishers.errors import Permanent, PublishError, Transient, Unknown
from publishers.http.address import resolve
from publishers.http.connection import Trace
from publishers.mail.answers import refusal

Security = Literal["starttls", "tls", "none"]
Login = tuple[str, str]
"""User and password."""
_CONNECT = 10.0
_DOT = re.compile(rb"(?m)^\.")


class MailServer:
    """Where mails are handed in. Safe to use from several threads: nothing is kept."""

    def __init__(
        self,
        host: str,
        port: int,
        security: Security,
        *,
        local: bool,
        ca_file: str | None,
        deadline: float,
        hello: str,
    ) -> None:
        """`hello` is the name by which we introduce ourselves: a domain."""
        self.host = host
        self._port = port
        self._security = security
        self._local = local
        self._ca_file = ca_file
        self._deadline = deadline
        self._hello = hello

    def greet(self, login: Login | None) -> None:
        """Connect, sign in, and leave."""
        self._talk(login, lambda _: None)

    def send(self, mail: bytes, sender: str, to: Sequence[str], login: Login | None) -> None:
        """Hand in one mail, once. `mail` has CRLF ends of line."""

        def hand_in(dialogue: _Dialogue) -> None:
            dialogue.address(sender, to, len(mail))
            dialogue.hand_in(mail)

        self._talk(login, hand_in)

    def _talk(self, login: Login | None, act: Callable[[_Dialogue], None]) -> None:
        context = None if self._security == "none" else self._context()
        at_once = context if self._security == "tls" else None
        with Trace(local=self._local, deadline=self._deadline) as trace:
            client = _Client(self.host, self._hello, trace, at_once)
            dialogue = _Dialogue(self.host, client, trace)
            try:
                dialogue.begin(self._port)
                if context is not None and at_once is None:
                    dialogue.encrypt(context)
                if login is not None:
                    dialogue.sign_in(*login)
                act(dialogue)
                return
            except smtplib.SMTPResponseException as error:
                lost = dialogue.error("talking to it", error.smtp_code, error.smtp_error)
            except (OSError, ValueError) as error:
                lost = dialogue.lost(error)
            finally:
                client.leave()
        # Raised outside the handlers: what smtplib raised holds words that are not for everybody.
        raise lost

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca_file or DEFAULT_CA_BUNDLE_PATH)
        except OSError:
            text = f"{self.host}: no certificates can be read; correct 'ca_file'"
            raise Permanent(text, code="ca_file.unreadable", field="settings") from None


class _Dialogue:
    """What is said in turn. Each step raises a PublishError for a reply that is no yes."""

    def __init__(self, host: str, client: _Client, trace: Trace) -> None:
        self._host = host
        self._client = client
        self._trace = trace

    def begin(self, port: int) -> None:
        self._expect(2, "connecting", self._client.connect(self._host, port))
        self._expect(2, "introducing ourselves", self._client.ehlo())

    def encrypt(self, context: ssl.SSLContext) -> None:
        if not self._client.has_extn("starttls"):
            text = f"{self._host} offers no encryption with STARTTLS; try 'security: tls'"
            raise Permanent(text, code="security.missing", field="settings")
        self._expect(2, "beginning encryption", self._client.starttls(context=context))
        self._expect(2, "introducing ourselves", self._client.ehlo())

    def sign_in(self, user: str, password: str) -> None:
        known = self._client.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in known:
            whole = _base64(f"\0{user}\0{password}")
            answer = self._client.docmd("AUTH", f"PLAIN {whole}")
        elif "LOGIN" in known:
            answer = self._client.docmd("AUTH", f"LOGIN {_base64(user)}")
            if answer[0] == 334:
                answer = self._client.docmd(_base64(password))
        else:
            text = f"{self._host} knows neither AUTH PLAIN nor AUTH LOGIN; name another server"
            raise Permanent(text, code="auth.unknown", field="settings")
        self._expect(2, "signing in", answer)

    def address(self, sender: str, to: Sequence[str], size: int) -> None:
        """Every recipient is accepted, or the worst refusal is raised."""
        options = [f"SIZE={size}"] if self._client.has_extn("size") else []
        self._expect(2, f"naming the sender {sender}", self._client.mail(sender, options))
        refused = []
        for one in to:
            code, said = self._client.rcpt(one)
            if code // 100 != 2:
                refused.append(self.error(f"naming the recipient {one}", code, said))
        for error in sorted(refused, key=lambda error: isinstance(error, Transient)):
            raise error

    def hand_in(self, mail: bytes) -> None:
        self._expect(3, "beginning the mail", self._client.docmd("DATA"))
        self._trace.left = True
        self._client.send(_DOT.sub(b"..", mail) + b".\r\n")
        self._expect(2, "handing in the mail", self._client.getreply())

    def _expect(self, first: int, what: str, answer: tuple[int, bytes]) -> None:
        """The reply's first digit must be this one."""
        code, said = answer
        if code // 100 != first:
            raise self.error(what, code, said)

    def error(self, what: str, code: int, said: bytes | str) -> PublishError:
        """What a reply means. smtplib's own say -1 for nonsense, and have a str for a line
        without end."""
        if 400 <= code <= 599 and isinstance(said, bytes):
            return refusal(self._host, what, code, said)
        return self._doubt(f"{what}: an answer that cannot be understood")

    def lost(self, error: Exception) -> PublishError:
        """What it means that the line broke, or that it was never there."""
        if self._trace.expired:
            return self._doubt("no answer in time")
        if isinstance(error, ssl.SSLError) and not self._trace.left:
            return self._doubt("no safe connection: its certificate is not to be trusted")
        if isinstance(error, smtplib.SMTPServerDisconnected) or self._trace.left:
            return self._doubt("the connection broke before an answer came")
        return self._doubt("it cannot be reached")

    def _doubt(self, why: str) -> PublishError:
        if self._trace.left:
            return Unknown(f"{self._host}: the mail was handed in: {why}", phase="answer")
        return Transient(f"{self._host}: {why}", scope="host")


class _Client(smtplib.SMTP):
    """smtplib's commands and replies, over a line to an address that was looked at first."""

    def __init__(self, host: str, hello: str, trace: Trace, at_once: ssl.SSLContext | None) -> None:
        super().__init__(local_hostname=hello)
        self._host = host  # what STARTTLS holds the certificate against
        self._trace = trace
        self._at_once = at_once
        self._line: socket.socket | None = None

    def _get_socket(self, host: str, port: int, timeout: object) -> socket.socket:  # noqa: ARG002
        plug = self._plug(host, port)
        # TLS takes the socket over; a second handle of the same line can still cut it.
        self._line = plug.dup()
        self._trace.connected(self._line)
        if self._at_once is not None:
            return self._at_once.wrap_socket(plug, server_hostname=host)
        return plug

    def _plug(self, host: str, port: int) -> socket.socket:
        last: OSError = OSError("no address")
        for address in resolve(host, port, local=self._trace.local):
            try:
                plug = socket.create_connection(address, _CONNECT)
            except OSError as error:
                last = error
                continue
            plug.settimeout(None)  # from here on the deadline counts
            plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return plug
        raise last

    def leave(self) -> None:
        """Say goodbye, without waiting for an answer: nothing hangs on it."""
        with suppress(OSError):
            self.putcmd("QUIT")
        self.close()
        if self._line is not None:
            self._line.close()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
