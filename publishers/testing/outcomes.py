"""The part of the contract about one post, whatever happens."""

from __future__ import annotations

import logging
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from publishers.errors import Permanent, PublishError, Unknown
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Found,
    Idempotency,
    Post,
    Prepared,
    Publisher,
    Receipt,
)
from publishers.testing.base import Fixtures, MakePost, attempt, goes_out, is_there, keyed
from publishers.testing.faults import DropRequest, LoseAnswer
from publishers.testing.lab import Lab, alike
from publishers.testing.watch import audited, spellings


class NoEffect(Fixtures):
    """What must show nothing shows nothing."""

    def test_validate_opens_nothing_and_asks_nobody(self, publisher: Publisher, post: Post) -> None:
        """Point 22."""
        for picture in post.pictures:
            picture.path.unlink()
        with audited() as events:
            assert publisher.validate(post) == []
        assert events == []

    def test_a_preview_is_the_frozen_request_made_without_the_network(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        """Point 24."""
        with audited() as events:
            preview = publisher.preview(post)
        assert [event for event in events if event.startswith("socket")] == []
        prepared = publisher.prepare(post)
        assert preview.content == prepared.content
        assert preview.intact
        assert lab.seen() == []

    def test_preparing_looking_and_verifying_show_nothing(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        assert "\n" not in publisher.verify()
        prepared = publisher.prepare(post)
        assert prepared.key == post.key
        assert publisher.poll(prepared) is None
        assert not isinstance(publisher.find(prepared), Found)
        again = publisher.prepare(post)
        assert (again.content, again.key) == (prepared.content, prepared.key)
        assert lab.seen() == []

    def test_a_prepared_request_survives_json_exactly(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        stored = prepared.to_json()
        again = Prepared.from_json(stored)
        assert again == prepared
        assert again.to_json() == stored
        assert (again.key, again.kind) == (post.key, publisher.kind)
        lab.publisher().publish(again, lab.now)
        assert len(lab.seen()) == 1

    def test_a_request_changed_after_it_was_frozen_is_refused(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        prepared = publisher.prepare(post)
        changed = dict(prepared.request) | {"text": "something nobody approved"}
        for wrong in (
            Prepared(prepared.key, prepared.kind, prepared.digest, changed),
            Prepared.of(prepared.key, "elsewhere", prepared.request),
        ):
            with pytest.raises(Permanent):
                publisher.publish(wrong, lab.now)
        assert lab.seen() == []


class OnePost(Fixtures):
    """The platform has it once, and what is said of it is so."""

    def test_the_same_request_twice(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        """Point 9."""
        prepared = publisher.prepare(post)
        first = publisher.publish(prepared, lab.now)
        if "twins" in lab.deviations and not keyed(caps):
            with pytest.raises(PublishError):
                publisher.publish(prepared, lab.now)
            assert len(lab.seen()) == 1
            return
        second = lab.publisher().publish(prepared, lab.now + timedelta(seconds=5))
        one_id = keyed(caps) or "one id" in lab.deviations
        assert (second.remote_id == first.remote_id) == one_id
        assert len(lab.seen()) == (1 if keyed(caps) else 2)
        if keyed(caps):
            assert (second.url, second.echoed) == (first.url, first.echoed)

    def test_four_threads_with_the_same_request(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        """Point 10. Some may be refused."""
        prepared = publisher.prepare(post)
        gate = threading.Barrier(4, timeout=20)

        def go(_: int) -> str | None:
            gate.wait()
            answer = attempt(publisher, prepared, lab)
            return answer.remote_id if isinstance(answer, Receipt) else None

        with ThreadPoolExecutor(4) as pool:
            told = [remote_id for remote_id in pool.map(go, range(4)) if remote_id is not None]
        assert told
        ids = 1 if keyed(caps) or "one id" in lab.deviations else len(told)
        assert len(set(told)) == ids
        assert len(lab.seen()) == (1 if keyed(caps) else len(told))

    def test_the_same_key_with_other_content(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost, post: Post
    ) -> None:
        """What is up stays as it is. Whoever answers with the first post tells what that holds."""
        first = publisher.publish(publisher.prepare(post), lab.now)
        other = publisher.prepare(make(text="Another text altogether"))
        second = attempt(publisher, other, lab)
        if isinstance(second, Receipt):
            same = second.remote_id == first.remote_id and "one id" not in lab.deviations
            posts = 1 if same else 2
        else:
            assert isinstance(second, Permanent)
            assert second.field == "key"
            posts = 1
        seen = lab.seen()
        assert len(seen) == posts
        assert alike(seen[0], lab.expected(post))
        if caps.idempotency in (Idempotency.NATIVE, Idempotency.WINDOWED):
            assert posts == 1

    def test_the_same_words_under_another_key_are_another_post(
        self, lab: Lab, publisher: Publisher, make: MakePost, post: Post
    ) -> None:
        first = publisher.publish(publisher.prepare(post), lab.now)
        twin = publisher.prepare(make(key="another-key"))
        if "twins" in lab.deviations:
            with pytest.raises(PublishError):
                publisher.publish(twin, lab.now)
            assert len(lab.seen()) == 1
            return
        second = publisher.publish(twin, lab.now)
        assert first.remote_id != second.remote_id
        assert len(lab.seen()) == 2

    def test_a_lost_answer_is_found_again(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        """Point 11."""
        prepared = publisher.prepare(post)
        with pytest.raises(Unknown):
            lab.through(LoseAnswer(), publisher, prepared)
        assert len(lab.seen()) == 1
        is_there(lab, prepared, post)
        if keyed(caps):
            publisher.publish(prepared, lab.now)
        assert len(lab.seen()) == 1

    def test_a_lost_request_is_absent_and_can_be_sent_again(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        """Point 12."""
        prepared = publisher.prepare(post)
        with pytest.raises(Unknown):
            lab.through(DropRequest(), publisher, prepared)
        assert lab.seen() == []
        assert isinstance(lab.publisher().find(prepared), Absent if caps.can_find else CannotTell)
        publisher.publish(prepared, lab.now)
        assert len(lab.seen()) == 1

    def test_after_a_restart_what_was_posted_is_found(
        self, lab: Lab, publisher: Publisher, post: Post
    ) -> None:
        """Point 13: a new process has only the stored request."""
        prepared = publisher.prepare(post)
        receipt = publisher.publish(prepared, lab.now)
        found = is_there(lab, Prepared.from_json(prepared.to_json()), post)
        assert found is None or found.remote_id == receipt.remote_id

    def test_what_was_never_posted_is_absent(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost, post: Post
    ) -> None:
        """With nothing there, and with another post there."""
        prepared = publisher.prepare(post)
        for other in (None, make(key="other", text="Other words, that somebody else wrote")):
            if other is not None:
                publisher.publish(publisher.prepare(other), lab.now)
            found = publisher.find(prepared)
            assert isinstance(found, Absent if caps.can_find else CannotTell)

    def test_no_secret_is_told(
        self,
        lab: Lab,
        publisher: Publisher,
        make: MakePost,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Point 25: in logs at their loudest, errors with all they hold, reprs, what is stored."""
        caplog.set_level(logging.DEBUG)
        told = [publisher.verify(), repr(publisher), repr(vars(publisher))]
        for number, fault in enumerate(make_fault() for make_fault in lab.faults):
            if fault.slow:
                continue
            try:
                post = make(text=f"Words of number {number}", key=f"key-{number}")
                prepared = publisher.prepare(post)
                told += [repr(prepared), prepared.to_json()]
                told.append(repr(lab.through(fault, publisher, prepared)))
            except PublishError as error:
                told += [*traceback.format_exception(error), repr(error), repr(vars(error))]
        told += [f"{line.getMessage()} {line.args} {line.exc_info}" for line in caplog.records]
        everything = "\n".join([*told, caplog.text])
        assert [one for one in lab.secrets if any(s in everything for s in spellings(one))] == []


class TakingDown(Fixtures):
    """Deleting is the one way back, and may be asked for twice."""

    def test_deleting_takes_it_down_and_twice_is_harmless(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost, post: Post
    ) -> None:
        """Point 20."""
        keep = make(key="keep", text="This one stays up")
        publisher.publish(publisher.prepare(keep), lab.now)
        prepared = publisher.prepare(post)
        receipt = publisher.publish(prepared, lab.now)
        if not caps.can_delete:
            with pytest.raises(Permanent):
                publisher.delete(receipt)
            assert len(lab.seen()) == 2
            return
        publisher.delete(receipt)
        publisher.delete(receipt)
        lab.publisher().delete(receipt)
        (left,) = lab.seen()
        assert alike(left, lab.expected(keep))
        assert isinstance(publisher.find(prepared), Absent if caps.can_find else CannotTell)

    def test_deleting_what_never_was_is_harmless(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        """Point 20."""
        publisher.publish(publisher.prepare(post), lab.now)
        never = Receipt(lab.never_was, None, lab.now)
        if caps.can_delete:
            publisher.delete(never)
        else:
            with pytest.raises(Permanent):
                publisher.delete(never)
        assert len(lab.seen()) == 1

    def test_after_deleting_the_same_words_can_go_out_under_a_new_key(
        self, lab: Lab, publisher: Publisher, caps: Capabilities, make: MakePost, post: Post
    ) -> None:
        """Point 21. Where nothing can be deleted, a test above has that."""
        if caps.can_delete:
            publisher.delete(publisher.publish(publisher.prepare(post), lab.now))
        goes_out(lab, publisher, make(key="a-new-key"))
