"""The hand-off folder: a post laid ready for a person, one sub-folder each.

    <root>/<society>/<2027-07-30 0900-card-locale>/    1.jpg  alt-1.txt  caption.txt
                                                       post.json  CHECKLIST.txt
    <root>/.clarion/staging/<key>/                     the same, while it is being written
    <root>/.clarion/handed-over/<key>.json             the record: digest, place and receipt

The one mutating act is the rename out of staging. A record is written before it, so the two
together always tell what happened:

    record  staging
      no      any      not handed over
      yes     yes      not handed over: the rename never came
      yes     no       handed over, even when a person has moved the folder away since

Whoever writes holds the lock, so staging found under the lock is the leftover of a crash.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publishers.account import Account
from publishers.errors import Permanent, Transient, Unknown
from publishers.handoff import echo, fill, freeze, identity
from publishers.limits import COUNTERS, check, missing, refuse
from publishers.names import safe_name
from publishers.pictures import SUFFIXES, check_files
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
from publishers.shelf import Shelf, Writer, explained, slug

_FACTS = ("society", "channel", "card", "local_time")


class FolderPublisher(WithoutUploads):
    """Hands posts over to a person.

    Settings: `path` (default `hand-off`, from `base`), `account` (where the person posts it),
    `rehearsal`, and the limits of the place where it will be posted: `text_limit`,
    `text_counter`, `alt_limit`, `max_pictures`, `max_bytes`. A rehearsal has a root of its own,
    `<path>-rehearsal`, so that practice never stands where a real post is looked for.
    """

    kind = "folder"

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,
        account: Account | None = None,  # noqa: ARG002  every factory is called alike
    ) -> None:
        """SetupError when a setting is unknown or is not understood."""
        own = Settings(channel, settings)
        self._rehearsal = own.flag("rehearsal")
        self._account = own.text("account", "")
        root = (base / own.text("path", "hand-off")).resolve()
        self._shelf = Shelf(
            root.with_name(f"{root.name}-rehearsal") if self._rehearsal else root,
            own=root.is_relative_to(base.resolve()),
            writer=Writer(durable=not self._rehearsal),
        )
        self._capabilities = Capabilities(
            text_limit=own.number("text_limit"),
            text_counter=own.choice("text_counter", "characters", tuple(COUNTERS)),
            max_pictures=own.number("max_pictures"),
            media_types=frozenset(SUFFIXES),
            max_bytes=own.number("max_bytes"),
            alt_limit=own.number("alt_limit"),
            idempotency=Idempotency.NATIVE,
            rehearsal=self._rehearsal,
        )
        own.done()

    @property
    def root(self) -> Path:
        """Where the hand-off folders are."""
        return self._shelf.root

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        with explained(self.root):
            self._shelf.verify()
        return f"hand-off folder {self.root}"

    def validate(self, post: Post) -> list[Finding]:
        lacking = [name for name in _FACTS if not post.facts.get(name, "").strip()]
        return check(post, self._capabilities) + [
            missing("fact.missing", f"facts.{name}", f"the person who posts needs '{name}'; add it")
            for name in lacking
        ]

    def prepare(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        check_files(post, self._capabilities.max_bytes)
        request = freeze(post, self._account, rehearsal=self._rehearsal)
        return Prepared.of(post.key, self.kind, request)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """Calling it again with the same request gives the same receipt and changes nothing;
        with another request under the same key it is Permanent."""
        self._refuse_foreign(prepared, now)
        with explained(self.root), self._shelf.locked():
            self._shelf.clean()
            record = self._handed_over(prepared)
            if record is None:
                record = self._hand_over(prepared, now.astimezone(UTC))
            elif self._shelf.record(prepared.key) is None:
                self._shelf.write_record(prepared.key, record)
            return _receipt(record)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        try:
            if self._shelf.unplugged:
                return CannotTell(f"{self.root} is not there; is a disk or share disconnected?")
            record = self._handed_over(prepared)
        except Permanent as other:
            return CannotTell(str(other))
        except OSError as error:
            return CannotTell(f"{self.root} cannot be read: {error.strerror}")
        return Absent() if record is None else Found(_receipt(record))

    def delete(self, receipt: Receipt) -> None:
        """Take the folder away. What a person has already posted from it stays posted."""
        with explained(self.root):
            if not self.root.exists():
                return
            with self._shelf.locked():
                self._shelf.clean()
                self._take_back(receipt.remote_id)

    def _refuse_foreign(self, prepared: Prepared, now: datetime) -> None:
        refuse_foreign(prepared, self.kind, now)
        if prepared.request["rehearsal"] != self._rehearsal:
            text = f"request {prepared.key} mixes rehearsal and the real thing; prepare it again"
            raise Permanent(text, code="request.rehearsal")

    def _handed_over(self, prepared: Prepared) -> dict[str, Any] | None:
        """What the record says, or failing that a folder that bears this key. Permanent when
        that was handed over with other content."""
        record = self._shelf.record(prepared.key)
        if record is not None:
            if self._shelf.staging(prepared.key).exists():
                return None
            # Read again: a cleaner removes the record first and staging after it.
            record = self._shelf.record(prepared.key)
        record = record or self._unrecorded(prepared)
        if record is not None and record["digest"] != prepared.digest:
            text = f"{record['folder']}: post {prepared.key} was handed over with other content"
            raise Permanent(f"{text}; take that one back first", code="key.reused", field="key")
        return record

    def _unrecorded(self, prepared: Prepared) -> dict[str, Any] | None:
        for place in self._places(prepared):
            record = self._record_of(place, place)
            if record is not None and record["receipt"]["remote_id"] == prepared.key:
                return record
        return None

    def _places(self, prepared: Prepared) -> tuple[Path, Path]:
        """The folder's name, and the one to take when another post already has it."""
        request = prepared.request
        plain = self.root / safe_name(request["society"]) / safe_name(request["folder"], 200)
        return plain, plain.with_name(f"{plain.name}-{slug(prepared.key)}")

    def _hand_over(self, prepared: Prepared, at: datetime) -> dict[str, Any]:
        place = self._free_place(prepared)
        staging = self._shelf.staging(prepared.key)
        try:
            fill(staging, prepared, at, self._shelf.writer)
            record = self._record_of(staging, place)
            if record is None:
                text = f"{staging}: vanished while it was being written; try again later"
                raise Transient(text, scope="host")
            place.parent.mkdir(exist_ok=True)
            self._shelf.writer.sync(self.root)
            self._shelf.write_record(prepared.key, record)
            staging.rename(place)
        except BaseException:
            with suppress(OSError):
                self._shelf.discard(prepared.key)
            raise
        self._confirm(place, staging)
        return record

    def _confirm(self, place: Path, staging: Path) -> None:
        try:
            self._shelf.writer.sync(place.parent)
            self._shelf.writer.sync(staging.parent)
        except OSError as error:
            text = f"{place}: handed over, but the disk did not confirm it"
            raise Unknown(text, phase="answer") from error

    def _free_place(self, prepared: Prepared) -> Path:
        places = self._places(prepared)
        for place in places:
            if not os.path.lexists(place):
                return place
        text = f"{places[-1]}: the name is taken by something else; move that away"
        raise Permanent(text, code="folder.taken", field="facts.card")

    def _record_of(self, folder: Path, place: Path) -> dict[str, Any] | None:
        """The record of what lies in `folder`, as handed over at `place`."""
        post = identity(folder)
        if post is None:
            return None
        receipt = {
            "remote_id": post["key"],
            "url": place.as_uri(),
            "at": post["handed_over"],
            "echoed": echo(folder, post["request"]),
        }
        where = place.relative_to(self.root).as_posix()
        return {"digest": post["digest"], "folder": where, "receipt": receipt}

    def _take_back(self, key: str) -> None:
        record = self._shelf.record(key)
        if record is None:
            return
        place = self.root / record["folder"]
        post = identity(place)
        self._shelf.take_back(key, place if post and post["key"] == key else None)


def _receipt(record: Mapping[str, Any]) -> Receipt:
    fields = record["receipt"]
    at = datetime.fromisoformat(fields["at"])
    return Receipt(fields["remote_id"], fields["url"], at, dict(fields["echoed"]))
