"""What Instagram and Threads have in common: a container is made unseen, then published once.

    prepare   each picture's public address is checked; containers are made      nobody sees them
    poll      IN_PROGRESS: wait; FINISHED: go; ERROR, EXPIRED: prepare anew
    publish   the container's state is read, then one request publishes it
    find      PUBLISHED: it went out; EXPIRED: it never did; FINISHED: not yet

The state of the container settles what a lost answer leaves open. A container that says PUBLISHED
is never published again: its post is looked for among the latest ones, by words and time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from publishers.account import Account, Grant
from publishers.duplicates import looked_at
from publishers.errors import PublishError, SetupError, Transient, Unknown
from publishers.graph.client import Graph, node
from publishers.graph.reading import Dialect, Shown
from publishers.graph.renewal import Renewal
from publishers.http.client import UNSHAPED, Act, Client
from publishers.limits import check, missing, refuse
from publishers.pictures import check_files
from publishers.platforms import capabilities
from publishers.port import (
    Absent,
    Budget,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Pending,
    Picture,
    Post,
    Prepared,
    Receipt,
    refuse_foreign,
)
from publishers.sameness import since
from publishers.served import Served
from publishers.settings import Settings

_KEPT = timedelta(hours=25)
_LOOKS = 15
_ABSURD = 10**9
CONTAINER = "container-"
"""What a remote id begins with where only the container of a post is known, and not its number."""
_LOOKING = "asking for the state of the upload"


class ContainerPublisher:
    """Posts to one account. `dialect` is set by the platform; `one` and `several` say how its
    containers are described."""

    kind: str
    dialect: Dialect
    deadline = 30.0
    pause = 2.0
    """Seconds between two looks at a picture of several."""

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,
        account: Account,
    ) -> None:
        """SetupError when a setting is unknown or not understood."""
        own, said = Settings(channel, settings), self.dialect
        self._user = own.text("user", "me")
        if self._user != "me" and not (self._user.isascii() and self._user.isdecimal()):
            raise SetupError(f"channel {channel}: user is '{self._user}'; write its number")
        origin = own.text("server", said.origin).rstrip("/")
        local, ca_file = own.flag("local"), own.file("ca_file", base)
        self._served = Served(own, base, local=local, ca_file=ca_file)
        own.done()
        self._account = account
        options: dict[str, Any] = {"local": local, "ca_file": ca_file}
        options["deadline"] = self.deadline
        self._graph = Graph(f"{origin}/{said.version}", account, **options)
        self._shown = Shown(self._graph, self._user, said)
        self._renewal = Renewal(Client(origin, **options), account, said.renewal)
        self._capabilities = capabilities(said.kind, idempotency=Idempotency.TWO_PHASE)

    def capabilities(self) -> Capabilities:
        """With the daily limit that the platform told of this account, once `verify` asked."""
        quota = self._account.facts().get("quota")
        if not isinstance(quota, dict):
            return self._capabilities
        posts = max(int(quota["posts"]) * 4 // 5, 1)
        return replace(self._capabilities, budget=Budget(posts, float(quota["seconds"])))

    def verify(self) -> str:
        self._renewal.in_time()
        fields = self._graph.read("looking up the account", self._user, fields="id,username")
        self._learn_quota()
        name = " ".join(str(fields.get("username", "")).split())
        return f"{self.dialect.name} account {name or self._user}"

    def renew(self, used: Grant) -> None:
        """See `publishers.account.Renewing`."""
        self._renewal.renew(used)

    def validate(self, post: Post) -> list[Finding]:
        findings = check(post, self._capabilities)
        if post.pictures and not self._served:
            text = f"{self.dialect.name} fetches pictures: set pictures_url for the channel"
            findings.append(missing("pictures.not_public", "settings", text))
        return findings

    def preview(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        check_files(post, self._capabilities.max_bytes)
        request = {
            "user": self._user,
            "text": post.text,
            "alts": [picture.alt for picture in post.pictures],
            "pictures": [self._served.address(picture) for picture in post.pictures],
            "due": post.due.isoformat(),
        }
        return Prepared.of(post.key, self.kind, request)

    def prepare(self, post: Post) -> Prepared:
        prepared = self.preview(post)
        self._renewal.in_time()
        for number, picture in enumerate(post.pictures, 1):
            self._served.offer(picture, number)
        return prepared.with_uploads({"container": self._container(post)})

    def poll(self, prepared: Prepared) -> Pending | None:
        state = self._state(_container_of(prepared))
        if state == "IN_PROGRESS":
            return Pending(self.pause or 0.1, "the platform still works on the pictures")
        if state in ("ERROR", "EXPIRED"):
            raise self._spent(state)
        return None

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """Reads the container's state first: one that was published answers as it did then."""
        refuse_foreign(prepared, self.kind, now)
        container = _container_of(prepared)
        state = self._state(container)
        if state == "PUBLISHED":
            return self._again(prepared)
        if state != "FINISHED":
            raise self._spent(state)
        path = f"{self._user}/{self.dialect.publish}"
        try:
            fields = self._graph.once("posting", path, creation_id=container)
        except Unknown as error:
            raise looked_at(error, lambda: self.find(prepared)) from None
        except PublishError:
            if self._is_out(container):
                return self._again(prepared)
            raise
        return self._shown.receipt(self._graph.made(Act.ONCE, "posting", fields), now)

    def _is_out(self, container: str) -> bool:
        """Whether what was refused was published all the same: made anew, it would be doubled."""
        try:
            return self._state(container) == "PUBLISHED"
        except PublishError:
            return False

    def _again(self, prepared: Prepared) -> Receipt:
        """It is out already. That cannot be an error: a new preparation would make it twice."""
        try:
            return self._listed(prepared)[0]
        except (PublishError, *UNSHAPED):
            return self._known(prepared)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        """What the container says of itself is the last word."""
        try:
            state = self._state(_container_of(prepared))
        except Transient as error:
            # A container that lives is sometimes unknown for a moment; an old one is gone.
            if error.scope == "post" and self._account.now() > _end(prepared):
                return CannotTell(str(error))
            raise
        if state == "PUBLISHED":
            receipt, unlisted = self._listed(prepared)
            # Where posts can be taken down, one that went out and is not listed was.
            gone = unlisted and self._capabilities.can_delete
            return Absent() if gone else Found(receipt)
        if state in ("FINISHED", "EXPIRED"):
            return Absent()
        if state == "IN_PROGRESS":
            raise self._spent(state)
        return CannotTell(f"{self._graph.host}: the upload says {state}")

    def one(self, picture: Picture | None, address: str, text: str) -> dict[str, str]:
        """What describes the container of a post with one picture or none."""
        raise NotImplementedError

    def child(self, picture: Picture, address: str) -> dict[str, str]:
        """What describes the container of one picture of several."""
        raise NotImplementedError

    def _container(self, post: Post) -> str:
        if len(post.pictures) < 2:
            picture = post.pictures[0] if post.pictures else None
            address = self._served.address(picture) if picture else ""
            return self._made("making the post ready", self.one(picture, address, post.text))
        children = [
            self._made(f"handing over picture {number}", self.child(one, self._address(one)))
            for number, one in enumerate(post.pictures, 1)
        ]
        self._wait_for(children)
        whole = {"media_type": "CAROUSEL", "children": ",".join(children)}
        return self._made("making the post ready", whole | {self.dialect.words: post.text})

    def _address(self, picture: Picture) -> str:
        return self._served.address(picture)

    def _made(self, what: str, fields: Mapping[str, str]) -> str:
        answer = self._graph.make(what, f"{self._user}/{self.dialect.make}", **fields)
        return self._graph.made(Act.REPEATABLE, what, answer)

    def _wait_for(self, children: Sequence[str]) -> None:
        """Several pictures can be put together only when each has been taken in."""
        left = list(children)
        for _ in range(_LOOKS):
            while left and (state := self._state(left[0])) == "FINISHED":
                del left[0]
            if not left:
                return
            if state != "IN_PROGRESS":
                raise self._spent(state)
            time.sleep(self.pause)
        raise self._spent("IN_PROGRESS")

    def _state(self, container: str) -> str:
        field = self.dialect.state
        fields = self._graph.read(_LOOKING, node(container), fields=field)
        return str(fields.get(field, "nothing"))

    def _spent(self, state: str) -> Transient:
        text = f"{self._graph.host}: the upload is not ready to be posted ({state[:40]})"
        return Transient(text, retry_after=30.0, scope="post")

    def _listed(self, prepared: Prepared) -> tuple[Receipt, bool]:
        """Of a container that was published: the receipt of its post, and whether that may have
        been taken down since. Where it cannot be told apart, only the container's id is known."""
        after = since(prepared.request)
        text, alts = str(prepared.request["text"]), list(prepared.request["alts"])
        found, whole = self._shown.search(text, alts, after)
        return found or self._known(prepared), found is None and whole

    def _known(self, prepared: Prepared) -> Receipt:
        return Receipt(f"{CONTAINER}{_container_of(prepared)}", None, self._account.now())

    def _learn_quota(self) -> None:
        """How many posts a day the platform allows this account: its pages differ, it knows."""
        path = f"{self._user}/{self.dialect.quota}"
        try:
            fields = self._graph.read("asking for the daily limit", path, fields="config")
            (entry,) = fields["data"]
            config = entry["config"]
            quota = {"posts": int(config["quota_total"]), "seconds": int(config["quota_duration"])}
        except (PublishError, OverflowError, *UNSHAPED):
            return
        if all(0 < value < _ABSURD for value in quota.values()):
            self._account.learn({"quota": quota})


def _container_of(prepared: Prepared) -> str:
    return str(prepared.request["uploads"]["container"])


def _end(prepared: Prepared) -> datetime:
    """When a container that was made for this post is no longer kept."""
    return datetime.fromisoformat(prepared.request["due"]) + _KEPT
