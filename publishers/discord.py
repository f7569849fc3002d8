"""Discord: posts of a webhook in a channel.

The whole address of the webhook is its secret. The pictures travel in the one request that posts,
each with its alt text as its `description`. Nobody is notified by a name in the text, and no
preview of a link is shown: that is a picture and words nobody approved.

A post can be looked up only by its number, which comes with the answer; without it, nothing can be
read back, and the attempt goes to a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publishers.account import Account, Wanted
from publishers.enclosed import enclose, enclosures, name_of
from publishers.errors import Permanent
from publishers.http.client import Act, Answer
from publishers.http.table import Means, Row, Table
from publishers.limits import check, refuse, within
from publishers.markdown import escaped, unescaped
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
from publishers.secret_address import SecretAddress, webhook
from publishers.settings import Settings

_ADDRESS = r"/api(?:/v\d+)?/webhooks/\d+/([\w-]+)"
_SUPPRESS_EMBEDS = 1 << 2
_GONE = "10008"


def code_of(answer: Answer) -> str:
    """Discord names an error by a number (docs.discord.com, opcodes and status codes)."""
    fields = answer.fields()
    if fields.get("global") is True:
        return "global"
    code = fields.get("code")
    return str(code) if isinstance(code, int) and code else ""


_NO_WEBHOOK = "the webhook is gone; make a new one in the channel, then clarion accounts add"

TABLE = Table(
    (
        Row(404, "10015", Means.SIGN_IN, _NO_WEBHOOK),
        Row(401, "50027", Means.SIGN_IN, _NO_WEBHOOK),
        Row(401, "", Means.SIGN_IN, _NO_WEBHOOK),
        Row(404, _GONE, Means.NEVER, "it is not there"),
        Row(404, "10003", Means.BLOCKED, "the channel is gone"),
        Row(403, "", Means.BLOCKED, "the webhook may not post in the channel"),
        Row(400, "220001", Means.BLOCKED, "a forum takes no plain posts; choose another channel"),
        Row(400, "50035", Means.NEVER, "a field is too long or missing", "text"),
        Row(400, "50006", Means.NEVER, "the post shows nothing", "text"),
        Row(400, "200000", Means.NEVER, "the server's own rules forbid a word in it", "text"),
        Row(400, "240000", Means.NEVER, "Discord takes a link in it for harmful", "text"),
        Row(413, "", Means.NEVER, "the pictures are too large together", "pictures"),
        Row(429, "global", Means.WAIT_HOST, "too many requests from here"),
        Row(429, "", Means.WAIT_ACCOUNT, "too many requests"),
    ),
    code_of,
)


class DiscordPublisher(WithoutUploads):
    """Posts in the channel of one webhook. Settings: `ca_file`, `local`. Secret: `url`."""

    kind = "discord"
    wanted = (Wanted("url", "the address of the webhook, from the channel's settings"),)
    deadline = 90.0
    """Seconds for one request with all its pictures."""

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,
        account: Account,
    ) -> None:
        """SetupError when a setting is unknown or is not understood."""
        own = Settings(channel, settings)
        self._account = account
        self._local = own.flag("local")
        self._ca_file = own.file("ca_file", base)
        own.done()
        self._capabilities = capabilities(self.kind, idempotency=Idempotency.NONE, can_find=False)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        """See `Publisher.verify`."""
        answer = self._address().ask(Act.READ, "GET", "asking for the webhook")
        return f"Discord webhook '{answer.fields().get('name')}'"

    def validate(self, post: Post) -> list[Finding]:
        """See `Publisher.validate`. Signs that have to be escaped count twice."""
        caps = self._capabilities
        found = check(post, caps)
        if any(one.code == "text.too_long" for one in found):
            return found
        return found + list(
            within("text", "text", escaped(post.text), caps.text_limit, caps.text_counter)
        )

    def prepare(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        pictures = enclose(post, self._capabilities.max_bytes)
        named = zip(post.pictures, pictures, strict=True)
        request = {
            "message": {
                "content": escaped(post.text),
                "attachments": [
                    {
                        "id": str(number - 1),
                        "filename": name_of(file, number),
                        "description": picture.alt,
                    }
                    for number, (picture, file) in enumerate(named, 1)
                ],
                "allowed_mentions": {"parse": []},
                "flags": _SUPPRESS_EMBEDS,
            },
            "pictures": pictures,
        }
        return Prepared.of(post.key, self.kind, request)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        address, what = self._address(), "posting"
        parts = _parts(prepared.request)
        answer = address.ask(Act.ONCE, "POST", what, params={"wait": "true"}, **parts)
        message = answer.fields()
        if not isinstance(message.get("id"), str) or not message["id"].isdecimal():
            raise address.error(Act.ONCE, what, answer)
        return Receipt(message["id"], None, now.astimezone(UTC), _echo(message))

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:  # noqa: ARG002
        return CannotTell("Discord shows a webhook no list of its posts: look at the channel")

    def delete(self, receipt: Receipt) -> None:
        number = receipt.remote_id
        if not (number.isascii() and number.isdecimal()):
            return
        try:
            self._address().ask(Act.REPEATABLE, "DELETE", "taking down", f"/messages/{number}")
        except Permanent as refused:
            if refused.code != _GONE:
                raise

    def _address(self) -> SecretAddress:
        return webhook(
            self._account.grant()["url"],
            _ADDRESS,
            TABLE,
            self._account.now(),
            local=self._local,
            ca_file=self._ca_file,
            deadline=self.deadline,
        )


def _parts(request: Mapping[str, Any]) -> dict[str, Any]:
    files = enclosures(request["pictures"])
    if not files:
        return {"json": request["message"]}
    return {
        "data": {"payload_json": json.dumps(request["message"])},
        "files": [(f"files[{at}]", file) for at, file in enumerate(files)],
    }


def _echo(message: Mapping[str, Any]) -> dict[str, Any]:
    attachments = message.get("attachments")
    kept = attachments if isinstance(attachments, list) else []
    return {
        "text": unescaped(str(message.get("content") or "")),
        "alts": [str(one.get("description") or "") for one in kept if isinstance(one, dict)],
    }
