"""A mailbox under test, behind a line that may be cut at the end of a mail."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

from publishers.account import FixedAccount
from publishers.mail.publisher import EmailPublisher
from publishers.port import Prepared, Publisher, Receipt
from publishers.testing.faults import MAIL_FAULTS, Fault
from publishers.testing.lab import Lab, Seen
from publishers.testing.lossy import LossyMail
from tests.publishers.html_seen import Shown
from tests.publishers.servers.smtp import MailServer

SETTINGS = {"to": "focal@society.example", "from": "Croce Rossa <campaigns@cri.example>"}


class Impatient(EmailPublisher):
    deadline: ClassVar[float] = 0.5


class EmailLab(Lab):
    deviations = {"lenient": "a mail takes a text of any length"}
    echoes = frozenset()
    faults = MAIL_FAULTS
    never_was = "<never-was@cri.example>"

    def __init__(self, server: MailServer, lossy: LossyMail, base: Path) -> None:
        self.server = server
        self.lossy = lossy
        self._base = base

    def publisher(self) -> EmailPublisher:
        return EmailPublisher("it-it-email", self._settings(), self._base, FixedAccount("it"))

    def _settings(self) -> dict[str, object]:
        there = {"server": self.lossy.host, "port": self.lossy.port}
        return {**SETTINGS, **there, "security": "none", "local": "yes"}

    def seen(self) -> list[Seen]:
        return [_seen(mail) for mail in self.server.box.read()]

    def through(self, fault: Fault, publisher: Publisher, prepared: Prepared) -> Receipt:
        self.lossy.next(fault, lambda *_: True)
        if fault.slow:
            publisher = Impatient("it-it-email", self._settings(), self._base, FixedAccount("it"))
        return publisher.publish(prepared, self.now)


def parts(mail: EmailMessage) -> tuple[str, str, list[EmailMessage]]:
    """The plain text, the HTML, and the pictures."""
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    images = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    texts = (str(part.get_content()).replace("\r\n", "\n") for part in (plain, rich))
    return next(texts), next(texts), images  # type: ignore[return-value]


def _seen(mail: EmailMessage) -> Seen:
    """What the HTML shows; the plain text has to say the same."""
    plain, rich, images = parts(mail)
    shown = Shown(rich)
    assert [f"cid:{image['Content-ID'][1:-1]}" for image in images] == shown.sources
    names = [image.get_filename() for image in images]
    if shown.root["dir"] == "rtl":
        names = [f"\u2068{name}\u2069" for name in names]
    alts = "".join(f"\n\n[{name}] {alt}" for name, alt in zip(names, shown.alts, strict=True))
    where, _, said = plain.partition("\n\n")
    assert " · " in where
    assert " ".join(said.split()) == " ".join(f"{shown.text}{alts}".split())
    assert shown.root["lang"] == mail["Content-Language"]
    return Seen(shown.text, str(shown.root["lang"]), shown.alts)
