"""Platforms that want a secret in the address of every request.

A bot's token, or the whole address of a webhook, stands in the path. The path is told to nobody:
errors name the host and the act, and what the platform says is cleared of it before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from publishers.account import Secret
from publishers.errors import AuthExpired, PublishError, SetupError
from publishers.http.client import Act, Answer, Client
from publishers.http.table import Table

_HIDDEN = b"(hidden)"


@dataclass(frozen=True)
class SecretAddress:
    """Where requests go: below `path` on the host of `client`. `hidden` are the secrets in it;
    `table` tells what a refusal means, `now` is an instant for waits that name one."""

    client: Client
    path: str = field(repr=False)
    hidden: Sequence[str] = field(repr=False)
    table: Table = field(repr=False)
    now: datetime

    def send(self, act: Act, method: str, what: str, path: str = "", **parts: Any) -> Answer:
        """What comes back, with no secret in it. Raises what `Client.send` raises."""
        answer = self.client.send(act, method, what, self.path + path, **parts)
        return self._cleared(answer)

    def ask(self, act: Act, method: str, what: str, path: str = "", **parts: Any) -> Answer:
        """The answer, when it is a success. Raises what the table says when it is none."""
        answer = self.send(act, method, what, path, **parts)
        if not answer.ok:
            raise self.error(act, what, answer)
        return answer

    def error(self, act: Act, what: str, answer: Answer) -> PublishError:
        """What this answer means; for a success, that it cannot be understood."""
        return self.table.error(self.client.host, what, answer, act, self.now)

    def _cleared(self, answer: Answer) -> Answer:
        body = answer.body
        for secret in self.hidden:
            body = body.replace(secret.encode(), _HIDDEN)
        return replace(answer, body=body)


def webhook(
    url: Secret,
    form: str,
    table: Table,
    now: datetime,
    *,
    local: bool,
    ca_file: str | None,
    deadline: float,
) -> SecretAddress:
    """The address that the secret `url` holds. `form` is a regular expression for its path; its
    last group is the part that nobody may see. AuthExpired when it is no such address."""
    try:
        parts = urlsplit(url.reveal().strip())
        found = re.fullmatch(form, parts.path)
    except ValueError:
        found = None
    if found is None or parts.query or parts.fragment:
        raise AuthExpired("the secret 'url' is not the address of a webhook: clarion accounts add")
    try:
        client = Client(
            f"{parts.scheme}://{parts.netloc}", local=local, ca_file=ca_file, deadline=deadline
        )
    except SetupError as error:
        raise AuthExpired(f"the secret 'url': {error}") from None
    return SecretAddress(client, parts.path, found.groups()[-1:], table, now)
