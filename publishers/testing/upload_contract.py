"""The part of the contract about pictures that are sent ahead of the post."""

from __future__ import annotations

import pytest

from publishers.errors import Permanent, PublishError, Transient, Unknown
from publishers.port import Post, Prepared, Publisher
from publishers.testing.base import Fixtures, goes_out
from publishers.testing.faults import (
    DropRequest,
    Fault,
    LoseAnswer,
    failed,
    html,
    said,
    too_many,
    without_id,
)
from publishers.testing.lab import HttpLab

_FAULTS = (DropRequest, LoseAnswer, lambda: failed(502), html, without_id, too_many)


class UploadContract(Fixtures):
    """Subclass it beside `HttpContract`; the lab has `forget_uploads`."""

    @pytest.mark.parametrize("make_fault", _FAULTS, ids=lambda make: make().name)
    def test_trouble_with_an_upload_is_no_doubt_about_the_post(
        self, make_fault: type[Fault], lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 14."""
        publisher.verify()  # whoever has to sign in first has done so
        lab.lossy.next(make_fault())
        with pytest.raises(Transient):
            publisher.prepare(post)
        assert lab.lossy.waiting == 0
        assert lab.seen() == []
        goes_out(lab, publisher, post)

    def test_only_what_uploads_are_called_differs_between_two_preparations(
        self, publisher: Publisher, post: Post
    ) -> None:
        one, two = publisher.prepare(post), publisher.prepare(post)
        assert one.content == two.content
        assert set(one.request) - set(one.content) == {"uploads"}

    def test_spent_uploads_are_sent_again_under_the_same_key(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 19."""
        prepared = publisher.prepare(post)
        if "uploads kept" in lab.deviations:
            publisher.publish(prepared, lab.now)
            assert len(lab.seen()) == 1
            return
        lab.forget_uploads()
        with pytest.raises(Transient) as refused:
            publisher.publish(polled(publisher, prepared), lab.now)
        assert refused.value.scope == "post"
        assert lab.seen() == []
        goes_out(lab, publisher, post)

    def test_a_picture_the_server_refuses_is_no_doubt_either(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """A server that says no to the upload itself."""
        publisher.verify()
        lab.lossy.next(said(413, {"error": "too large"}))
        with pytest.raises(PublishError) as refused:
            publisher.prepare(post)
        assert not isinstance(refused.value, Unknown)
        assert isinstance(refused.value, Permanent | Transient)
        assert lab.seen() == []


def polled(publisher: Publisher, prepared: Prepared) -> Prepared:
    """The same request, once asked whether its pictures are taken in."""
    publisher.poll(prepared)
    return prepared
