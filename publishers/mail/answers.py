"""What a mail server's reply means. Its own rule stands where no row does: 4xx later, 5xx never."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from publishers.errors import Permanent, PublishError, Transient
from publishers.http.client import Act, Answer
from publishers.http.table import Means, Row, Table

_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")


def _name_of(answer: Answer) -> str:
    """The enhanced status code (RFC 3463), where there is one."""
    found = _ENHANCED.match(answer.body)
    return found[1].decode("ascii") if found else ""


TABLE = Table(
    (
        Row(421, "", Means.WAIT_HOST, "the mail server takes nothing at the moment"),
        Row(450, "", Means.WAIT_POST, "the mailbox takes nothing at the moment"),
        Row(451, "", Means.WAIT_POST, "the mail server has trouble of its own"),
        Row(452, "", Means.WAIT_POST, "the mail server has no room at the moment"),
        Row(454, "", Means.WAIT_ACCOUNT, "signing in does not work at the moment"),
        Row(530, "", Means.SIGN_IN, "it wants a user and a password"),
        Row(534, "", Means.SIGN_IN, "it wants another way of signing in"),
        Row(535, "", Means.SIGN_IN, "user or password are not accepted"),
        Row(538, "", Means.NEVER, "it wants encryption; correct 'security'", "settings"),
        Row(550, "", Means.NEVER, "there is no such mailbox, or it takes nothing", "settings"),
        Row(551, "", Means.NEVER, "the mailbox is elsewhere; correct 'to'", "settings"),
        Row(552, "", Means.NEVER, "the mail is too large; make the pictures smaller", "pictures"),
        Row(553, "", Means.NEVER, "the address is not allowed; correct 'to' or 'from'", "settings"),
        Row(554, "", Means.NEVER, "the mail server refuses the mail"),
        Row(None, "5.2.2", Means.NEVER, "the mailbox is full; ask whoever reads it", "settings"),
        Row(None, "5.3.4", Means.NEVER, "the mail is too large for the server", "pictures"),
        Row(None, "5.7.8", Means.SIGN_IN, "user or password are not accepted"),
    ),
    _name_of,
)


def refusal(host: str, what: str, code: int, said: bytes) -> PublishError:
    """The error for a reply of 400 to 599: the server says that it did not take the mail."""
    answer = Answer(code, {}, said)
    if TABLE.row(code, _name_of(answer)) is not None:
        return TABLE.error(host, what, answer, Act.REPEATABLE, datetime.min.replace(tzinfo=UTC))
    text = f"{host}: {what}: refused [{code}]"
    if code < 500:
        return Transient(text, scope="post")
    return Permanent(text, code=str(code))
