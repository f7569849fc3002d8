"""Publishers with one fault each, and the tests of the contract that should catch it. Run by
`test_contract_bites.py` in a process of its own: every test in here has to fail."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from publishers.account import Grant
from publishers.errors import Permanent, PublishError, Transient, Unknown
from publishers.http.client import Act, Answer
from publishers.port import Absent, CannotTell, Finding, Found, Post, Prepared, Receipt
from publishers.testing.contract import HttpContract, RenewalContract, UploadContract
from tests.publishers.noticeboard import NoticeboardLab, NoticeboardPublisher, noticeboard


class Everything(HttpContract, UploadContract, RenewalContract):
    pass


BITES: dict[type, tuple[str, ...]] = {}
"""The tests that catch a fault, by the publisher that has it."""


def caught_by(*tests: str) -> Callable[[type], type]:
    def keep(bad: type) -> type:
        BITES[bad] = tests
        return bad

    return keep


class Worse(NoticeboardPublisher):
    """A publisher whose frozen request can be spoilt."""

    def spoil(self, request: dict[str, Any]) -> None:
        pass

    def preview(self, post: Post) -> Prepared:
        frozen = super().preview(post)
        request = dict(frozen.request)
        self.spoil(request)
        return Prepared.of(frozen.key, frozen.kind, request)


@caught_by(
    "test_a_lost_answer_is_found_again", "test_what_is_unclear_after_the_request_left_is_unknown"
)
class TriesAgain(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            return super().publish(prepared, now)
        except Unknown:
            return super().publish(prepared, now)


@caught_by(
    "test_a_lost_answer_is_found_again", "test_a_lost_request_is_absent_and_can_be_sent_again"
)
class TakesSilenceForFailure(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            return super().publish(prepared, now)
        except Unknown as error:
            raise Transient(str(error)) from None


@caught_by("test_a_picture_goes_out_with_its_alt_text")
class DropsAltTexts(Worse):
    def spoil(self, request: dict[str, Any]) -> None:
        request["alts"] = [""] * len(request["alts"])


@caught_by("test_as_many_pictures_as_allowed_go_out_in_order_with_their_alt_texts")
class MixesUpTheOrder(Worse):
    def spoil(self, request: dict[str, Any]) -> None:
        request["alts"].reverse()


@caught_by("test_a_text_at_the_limit_goes_out_and_one_more_is_a_finding")
class CutsTheText(Worse):
    def spoil(self, request: dict[str, Any]) -> None:
        request["text"] = request["text"][:200]


@caught_by("test_every_character_of_every_script_is_stored_as_sent")
class IgnoresTheLanguage(Worse):
    def spoil(self, request: dict[str, Any]) -> None:
        request["language"] = "en-GB"


@caught_by("test_preparing_looking_and_verifying_show_nothing")
class FreezesTheClock(Worse):
    def spoil(self, request: dict[str, Any]) -> None:
        request["made"] = time.monotonic_ns()


@caught_by("test_the_same_request_twice", "test_four_threads_with_the_same_request")
class MakesAKeyForEachAttempt(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        return super().publish(Prepared.of(uuid.uuid4().hex, "noticeboard", prepared.request), now)


@caught_by("test_a_request_changed_after_it_was_frozen_is_refused")
class SendsWhatItIsGiven(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        again = Prepared.of(prepared.key, self.kind, prepared.request)
        return super().publish(again, now)


@caught_by("test_no_secret_is_told")
class TellsTheTokenInAnError(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            return super().publish(prepared, now)
        except PublishError as error:
            raise type(error)(f"{error}: {self.head()}", phase="answer") from None


@caught_by("test_no_secret_is_told")
class TellsTheTokenInALog(NoticeboardPublisher):
    def head(self, grant: Grant | None = None) -> dict[str, str]:
        head = super().head(grant)
        logging.getLogger("board").debug("asking with %s", head)
        return head


@caught_by("test_no_secret_is_told")
class StoresTheToken(Worse):
    def spoil(self, request: dict[str, Any]) -> None:
        request["token"] = self.account.grant()["token"].reveal()


@caught_by("test_a_redirect_is_not_followed")
class FollowsRedirects(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            return super().publish(prepared, now)
        except Permanent:
            self.client.read("follow", "/elsewhere")
            raise


@caught_by("test_preparing_looking_and_verifying_show_nothing")
class PublishesWhilePreparing(NoticeboardPublisher):
    def prepare(self, post: Post) -> Prepared:
        prepared = super().prepare(post)
        self.publish(prepared, self.account.now())
        return prepared


@caught_by(
    "test_preparing_looking_and_verifying_show_nothing",
    "test_a_lost_request_is_absent_and_can_be_sent_again",
)
class PublishesWhileLooking(NoticeboardPublisher):
    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        found = super().find(prepared)
        if isinstance(found, Absent):
            return Found(self.publish(prepared, self.account.now()))
        return found


@caught_by("test_publish_makes_one_mutating_request_and_looking_makes_none")
class ActsTwice(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        receipt = super().publish(prepared, now)
        self.client.repeatable("POST", "thank", "/pictures", headers=self.head())
        return receipt


@caught_by(
    "test_deleting_takes_it_down_and_twice_is_harmless",
    "test_deleting_what_never_was_is_harmless",
)
class DeletesOnlyOnce(NoticeboardPublisher):
    def delete(self, receipt: Receipt) -> None:
        answer = self.client.repeatable(
            "DELETE", "delete", f"/posts/{receipt.remote_id}", headers=self.head()
        )
        if not answer.ok:
            raise Permanent("not there", code="404")


@caught_by("test_what_the_server_changed_is_told")
class EchoesWhatItSent(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        receipt = super().publish(prepared, now)
        sent = {name: prepared.request[name] for name in ("text", "language", "alts")}
        return replace(receipt, echoed=sent)


@caught_by("test_trouble_while_looking_is_never_absence")
class TakesTroubleForAbsence(NoticeboardPublisher):
    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        try:
            found = super().find(prepared)
        except PublishError:
            return Absent()
        return Absent() if isinstance(found, CannotTell) else found


@caught_by("test_after_a_restart_what_was_posted_is_found", "test_a_lost_answer_is_found_again")
class NeverFinds(NoticeboardPublisher):
    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        return Absent()


@caught_by("test_what_was_never_posted_is_absent")
class FindsAnything(NoticeboardPublisher):
    def same(self, post: Mapping[str, Any], prepared: Prepared) -> bool:
        return True


@caught_by("test_validate_opens_nothing_and_asks_nobody")
class ValidatesFromFiles(NoticeboardPublisher):
    def validate(self, post: Post) -> list[Finding]:
        for picture in post.pictures:
            picture.path.is_file() and picture.path.open("rb").close()
            picture.path.parent.joinpath("seen").touch()
        return super().validate(post)


@caught_by("test_a_preview_is_the_frozen_request_made_without_the_network")
class AsksToPreview(NoticeboardPublisher):
    def preview(self, post: Post) -> Prepared:
        self.verify()
        return super().preview(post)


@caught_by("test_what_is_unclear_after_the_request_left_is_unknown")
class BelievesAnyAnswer(NoticeboardPublisher):
    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        body = dict(prepared.request) | {"key": prepared.key}
        self.client.once("POST", "post", "/posts", headers=self.head(), json=body)
        return Receipt("n1", None, now, {})


@caught_by("test_the_time_to_wait_is_understood")
class ComesBackAtOnce(NoticeboardPublisher):
    def error(self, what: str, answer: Answer, act: Act) -> Exception:
        error = super().error(what, answer, act)
        if isinstance(error, Transient):
            error.retry_after = 0.0
        return error


@caught_by("test_every_row_of_the_error_table_is_what_it_says")
class ForgetsATable(NoticeboardPublisher):
    def error(self, what: str, answer: Answer, act: Act) -> Exception:
        return Permanent(f"refused [{answer.status}]", code="?")


@caught_by("test_a_certificate_for_another_host_is_refused")
class TrustsAnybody(NoticeboardPublisher):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.client._verify = False


@caught_by("test_trouble_with_an_upload_is_no_doubt_about_the_post")
class DoubtsAnUpload(NoticeboardPublisher):
    def prepare(self, post: Post) -> Prepared:
        try:
            return super().prepare(post)
        except Transient as error:
            raise Unknown(str(error), phase="answer") from None


@caught_by("test_only_what_uploads_are_called_differs_between_two_preparations")
class MixesUploadsIntoTheText(NoticeboardPublisher):
    def prepare(self, post: Post) -> Prepared:
        prepared = super().prepare(post)
        request = dict(prepared.request)
        return Prepared.of(post.key, self.kind, request | {"first": request["uploads"][0]})


@caught_by("test_two_workers_renew_once")
class RenewsOnItsOwn(NoticeboardPublisher):
    def fresh(self) -> Grant:
        if self.refused is None:
            return self.account.grant()
        new = self.fetch(self.refused)
        return self.account.renew(self.refused, lambda _: new)


@caught_by("test_a_token_refused_while_posting_is_renewed_once")
class NeverRenews(NoticeboardPublisher):
    def fresh(self) -> Grant:
        return self.account.grant()


def lab_of(bad: type) -> Any:
    @pytest.fixture
    def lab(_: object, tmp_path: Path) -> Iterator[NoticeboardLab]:
        keyed = bad is MakesAKeyForEachAttempt
        with noticeboard(tmp_path, bad, keyed=keyed) as lab:
            yield lab

    return lab


def _held(bad: type, tests: tuple[str, ...]) -> type:
    """A class of tests with these alone."""
    others = {name: None for name in dir(Everything) if name.startswith("test_")}
    kept = {name: getattr(Everything, name) for name in tests}
    body: dict[str, Any] = others | kept | {"lab": lab_of(bad)}
    return type(f"Test{bad.__name__}", (Everything,), body)


globals().update({f"Test{bad.__name__}": _held(bad, tests) for bad, tests in BITES.items()})
