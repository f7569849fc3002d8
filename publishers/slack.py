"""Slack: posts of an incoming webhook in a channel.

The whole address of the webhook is its secret. Slack fetches the pictures itself, from the public
address `pictures_url`, again and again as long as the post is there; each carries its alt text. No
preview of a link is shown: that is a picture and words nobody approved.

Slack answers "ok" and nothing else: no number, nothing to read back, nothing to take down. What
went out is taken down by hand; an attempt whose answer was lost goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from publishers.account import Account, Wanted
from publishers.errors import Permanent
from publishers.http.client import Act, Answer
from publishers.http.table import Means, Row, Table
from publishers.limits import check, missing, refuse, within
from publishers.markdown import entities
from publishers.pictures import check_files
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
from publishers.served import Served
from publishers.settings import Settings

_ADDRESS = r"/services/\w+/\w+/(\w+)"
_NAME = re.compile(r"[a-z_]{3,60}")
_sent = count(1)


def name_of(answer: Answer) -> str:
    """Slack names an error by a word that is the whole answer."""
    said = answer.body[:100].decode("utf-8", "replace").strip()
    return said if _NAME.fullmatch(said) else ""


_NO_WEBHOOK = "the webhook is gone; make a new one in the app's settings, then clarion accounts add"
_NOT_THERE = "the webhook may not post in the channel; choose another one"

TABLE = Table(
    (
        Row(None, "no_service", Means.SIGN_IN, _NO_WEBHOOK),
        Row(None, "no_service_id", Means.SIGN_IN, _NO_WEBHOOK),
        Row(None, "no_active_hooks", Means.SIGN_IN, _NO_WEBHOOK),
        Row(None, "no_team", Means.SIGN_IN, _NO_WEBHOOK),
        Row(None, "invalid_token", Means.SIGN_IN, _NO_WEBHOOK),
        Row(None, "team_disabled", Means.BLOCKED, "the workspace is disabled"),
        Row(None, "channel_not_found", Means.BLOCKED, "the channel is gone"),
        Row(None, "channel_is_archived", Means.BLOCKED, "the channel is archived"),
        Row(None, "action_prohibited", Means.BLOCKED, _NOT_THERE),
        Row(None, "posting_to_general_channel_denied", Means.BLOCKED, _NOT_THERE),
        Row(None, "user_not_found", Means.BLOCKED, _NOT_THERE),
        Row(None, "invalid_payload", Means.NEVER, "Slack does not understand the post"),
        Row(None, "invalid_blocks", Means.NEVER, "too long, or a picture was not fetched"),
        Row(None, "no_text", Means.NEVER, "the post shows nothing", "text"),
        Row(429, "", Means.WAIT_ACCOUNT, "too many requests"),
    ),
    name_of,
)
"""docs.slack.dev, sending messages using incoming webhooks: handling errors."""


class SlackPublisher(WithoutUploads):
    """Posts in the channel of one webhook. Settings: `pictures_url` and `pictures_path` as in
    `publishers.served`, `ca_file`, `local`. Secret: `url`."""

    kind = "slack"
    wanted = (Wanted("url", "the address of the incoming webhook, from the app's settings"),)
    deadline = 30.0
    """Seconds for one request."""

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
        self._served = Served(own, base, local=self._local, ca_file=self._ca_file)
        own.done()
        self._capabilities = capabilities(self.kind, idempotency=Idempotency.NONE, can_find=False)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        """See `Publisher.verify`. Only a post could tell more than the form does."""
        return f"Slack webhook on {self._address().client.host}; only a post can try it"

    def validate(self, post: Post) -> list[Finding]:
        """See `Publisher.validate`. Signs that Slack wants as entities count as long as those."""
        caps = self._capabilities
        found = check(post, replace(caps, text_limit=None))
        found += within("text", "text", entities(post.text), caps.text_limit, caps.text_counter)
        if post.pictures and not self._served:
            text = "Slack fetches pictures itself: give the channel the setting 'pictures_url'"
            found.append(missing("pictures.no_address", "pictures", text))
        return found

    def preview(self, post: Post) -> Prepared:
        """See `Publisher.preview`."""
        refuse(self.validate(post))
        check_files(post, self._capabilities.max_bytes)
        return Prepared.of(post.key, self.kind, {"message": self._message(post)})

    def prepare(self, post: Post) -> Prepared:
        prepared = self.preview(post)
        for number, picture in enumerate(post.pictures, 1):
            self._served.offer(picture, number)
        return prepared

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """See `Publisher.publish`. Slack names no post: the remote id is ours, one each time."""
        refuse_foreign(prepared, self.kind, now)
        address, what = self._address(), "posting"
        answer = address.ask(Act.ONCE, "POST", what, json=prepared.request["message"])
        if answer.body.strip() != b"ok":
            raise address.error(Act.ONCE, what, answer)
        return Receipt(f"{prepared.key}-{next(_sent)}", None, now.astimezone(UTC))

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:  # noqa: ARG002
        return CannotTell("Slack shows a webhook nothing: look at the channel")

    def delete(self, receipt: Receipt) -> None:
        """See `Publisher.delete`. Permanent: a webhook cannot."""
        text = f"post {receipt.remote_id}: Slack lets no webhook take a post down; do it by hand"
        raise Permanent(text, code="delete.impossible")

    def _message(self, post: Post) -> dict[str, object]:
        text = entities(post.text)
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        pictures = [
            {
                "type": "image",
                "image_url": self._served.address(picture),
                "alt_text": picture.alt,
            }
            for picture in post.pictures
        ]
        blocks = [section, *pictures] if text.strip() else pictures
        return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}

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
