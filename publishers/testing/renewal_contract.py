"""The part of the contract about credentials that are renewed on the way."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from publishers.errors import AccountBlocked, AuthExpired
from publishers.port import Post, Publisher, Receipt
from publishers.testing.base import Fixtures, MakePost
from publishers.testing.lab import HttpLab

_TRIES = 3


class RenewalContract(Fixtures):
    """Subclass it beside `HttpContract`; the lab has `expire`, `revoke` and `renewals`."""

    def test_a_token_refused_while_posting_is_renewed_once(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 17."""
        prepared = publisher.prepare(post)
        before = lab.renewals
        lab.expire()
        with pytest.raises(AuthExpired) as refused:
            publisher.publish(prepared, lab.now)
        assert refused.value.refreshable
        assert lab.seen() == []
        carried(lab, publisher, post)
        assert lab.renewals == before + 1
        assert len(lab.seen()) == 1

    def test_a_token_refused_before_it_is_renewed_once(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 17, in a process that knows of nothing."""
        publisher.verify()
        before = lab.renewals
        lab.expire()
        carried(lab, lab.publisher(), post)
        assert lab.renewals == before + 1
        assert len(lab.seen()) == 1

    def test_two_workers_renew_once(self, lab: HttpLab, make: MakePost) -> None:
        """Point 17, the race."""
        posts = [make(key=f"key-{n}", text=f"Words of number {n}") for n in range(2)]
        workers = [lab.publisher() for _ in posts]
        prepared = [worker.prepare(post) for worker, post in zip(workers, posts, strict=True)]
        before = lab.renewals
        lab.expire()
        for worker, request in zip(workers, prepared, strict=True):
            with pytest.raises(AuthExpired):
                worker.publish(request, lab.now)
        gate = threading.Barrier(2, timeout=20)

        def go(number: int) -> Receipt:
            gate.wait()
            return carried(lab, workers[number], posts[number])

        with ThreadPoolExecutor(2) as pool:
            receipts = list(pool.map(go, range(2)))
        assert lab.renewals == before + 1
        assert len({receipt.remote_id for receipt in receipts}) == 2
        assert len(lab.seen()) == 2

    def test_a_grant_that_was_revoked_needs_a_person(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 18."""
        publisher.prepare(post)
        lab.revoke()
        with pytest.raises((AuthExpired, AccountBlocked)) as refused:
            carried(lab, publisher, post)
        assert not getattr(refused.value, "refreshable", False)
        assert lab.seen() == []


def carried(lab: HttpLab, publisher: Publisher, post: Post) -> Receipt:
    """Prepare and publish, as often as the publisher promises to renew: what a scheduler does."""
    for tries in range(1, _TRIES + 1):
        try:
            return publisher.publish(publisher.prepare(post), lab.now)
        except AuthExpired as error:
            if not error.refreshable or tries == _TRIES:
                raise
    raise AssertionError("unreachable")
