from __future__ import annotations

import base64
import dataclasses
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from publishers.apprise_bridge import OWN
from publishers.errors import AuthExpired, Permanent, SetupError, Unknown
from publishers.port import CannotTell, Idempotency, Post
from publishers.testing.contract import NOW, PublisherContract, a_picture, a_post
from publishers.testing.faults import DropRequest, Fault, LoseAnswer, failed, moved, too_many
from publishers.testing.lossy import LossyProxy
from publishers.testing.watch import spellings
from tests.publishers.lab_apprise import PASSWORD, AppriseLab, Inbox, at

# apprise asks for a module that Python 3.11 and 3.12 still have, and warn of.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def lab() -> Iterator[AppriseLab]:
    with Inbox() as inbox, LossyProxy(inbox.origin) as lossy:
        yield AppriseLab(inbox, lossy)


class TestContract(PublisherContract):
    """What goes out twice is there twice, and nobody tells one from the other: where these tests
    are other than the suite's."""

    @pytest.fixture
    def lab(self) -> Iterator[AppriseLab]:
        with Inbox() as inbox, LossyProxy(inbox.origin) as lossy:
            yield AppriseLab(inbox, lossy)

    def test_the_same_request_twice(self, lab: AppriseLab, post: Post) -> None:  # type: ignore[override]
        publisher = lab.publisher()
        prepared = publisher.prepare(post)
        told = [publisher.publish(prepared, NOW).remote_id for _ in range(2)]
        assert told == [post.key, post.key]
        assert len(lab.seen()) == 2

    def test_four_threads_with_the_same_request(self, lab: AppriseLab, post: Post) -> None:  # type: ignore[override]
        publisher = lab.publisher()
        prepared = publisher.prepare(post)
        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(lambda _: publisher.publish(prepared, NOW).remote_id, range(4)))
        assert len(told) == len(lab.seen()) == 4

    def test_the_same_key_with_other_content(self, lab: AppriseLab, post: Post) -> None:  # type: ignore[override]
        publisher = lab.publisher()
        for one in (post, dataclasses.replace(post, text="Another text altogether")):
            publisher.publish(publisher.prepare(one), NOW)
        assert len(lab.seen()) == 2


def test_a_message_has_its_pictures_as_they_were_approved(lab: AppriseLab, tmp_path: Path) -> None:
    post = a_post(pictures=(a_picture(tmp_path, "Una mano"),))
    publisher = lab.publisher()
    publisher.publish(publisher.prepare(post), NOW)
    (came,) = lab.inbox.came
    assert (came["title"], came["message"]) == (post.title, f"{post.text}\n\n[1] Una mano")
    (file,) = came["attachments"]
    assert base64.b64decode(file["base64"]) == post.pictures[0].path.read_bytes()


@pytest.mark.parametrize("query", ["", "?retry=3&wait=0", "?optional=yes", "?redirect=yes"])
@pytest.mark.parametrize(
    "fault", [failed(500), too_many(), moved("/elsewhere", 307), DropRequest(), LoseAnswer()]
)
def test_a_no_is_unknown_and_nothing_is_tried_again(
    fault: Fault, query: str, lab: AppriseLab
) -> None:
    publisher = lab.publisher(query)
    prepared = publisher.prepare(a_post())
    with pytest.raises(Unknown, match="did not say yes"):
        lab.through(fault, publisher, prepared)
    assert len(lab.lossy.requests) == 1
    assert len(lab.inbox.came) == fault.commits
    assert isinstance(publisher.find(prepared), CannotTell)
    caps = publisher.capabilities()
    assert caps.idempotency is Idempotency.NONE
    assert not any((caps.can_find, caps.can_delete, caps.alts, caps.languages))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("mastodon://token@social.example", "mastodon"),
        ("mastodons://token@social.example/@name", "mastodon"),
        ("toots://token@social.example", "mastodon"),
        ("bluesky://name@pass-word", "bluesky"),
        ("bsky://name@pass-word", "bluesky"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "telegram"),
        ("discord://0123456789/abcdefgh", "discord"),
        ("https://discord.com/api/webhooks/0123456789/abcdefgh", "discord"),
        ("slack://A123456/B1234567/abcdefghijklmnopqrstuvwx", "slack"),
        ("x://a/b/c/d", "x"),
        ("mailtos://user:pass@mail.example", "email"),
    ],
)
def test_a_platform_with_a_publisher_of_its_own_is_refused(url: str, kind: str) -> None:
    publisher = at(url)
    prepared = publisher.prepare(a_post())
    for act in (publisher.verify, lambda: publisher.publish(prepared, NOW)):
        with pytest.raises(Permanent, match=f"platform: {kind}'") as refused:
            act()
        assert refused.value.code == "apprise.own"
    assert kind in OWN


@pytest.mark.parametrize("url", ["nonsense://x", "https://example.org/x", "json://", " "])
def test_an_address_that_apprise_does_not_know(url: str) -> None:
    with pytest.raises(AuthExpired, match="clarion accounts add"):
        at(url).verify()


def test_a_service_inside_our_own_network_wants_to_be_named_local(lab: AppriseLab) -> None:
    publisher = at(f"json://127.0.0.1:{lab.lossy.port}/in")
    with pytest.raises(Permanent, match="not a public address"):
        publisher.publish(publisher.prepare(a_post()), NOW)
    assert lab.lossy.requests == ()


def test_a_text_that_the_service_would_cut_is_refused(lab: AppriseLab) -> None:
    publisher = lab.publisher()
    prepared = publisher.prepare(a_post(text="a" * 40_000))
    with pytest.raises(Permanent, match="40000 characters") as refused:
        publisher.publish(prepared, NOW)
    assert refused.value.code == "text.too_long"
    assert lab.lossy.requests == ()


def test_a_service_without_pictures_says_so(tmp_path: Path) -> None:
    publisher = at("kumulos://8b799edf-6f98-4d3a-9be7-2862fb4e5752/" + "a" * 36, local="yes")
    prepared = publisher.prepare(a_post(pictures=(a_picture(tmp_path, "x"),)))
    with pytest.raises(Permanent, match="takes no pictures") as refused:
        publisher.publish(prepared, NOW)
    assert refused.value.field == "pictures"


def test_a_picture_that_changed_does_not_go_out(lab: AppriseLab, tmp_path: Path) -> None:
    publisher = lab.publisher()
    post = a_post(pictures=(a_picture(tmp_path, "x"),))
    prepared = publisher.prepare(post)
    post.pictures[0].path.write_bytes(b"other")
    with pytest.raises(Permanent) as refused:
        publisher.publish(prepared, NOW)
    assert refused.value.code == "picture.changed"
    assert lab.lossy.requests == ()


def test_what_apprise_logs_stays_with_it(lab: AppriseLab, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    publisher = lab.publisher()
    assert "JSON" in publisher.verify()
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert [record for record in caplog.records if record.name == "apprise"] == []
    assert [one for one in spellings(PASSWORD) if one in caplog.text] == []


def test_without_the_extra_a_line_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['apprise'] = None\n"
        "from pathlib import Path\n"
        "from publishers.account import FixedAccount\n"
        "from publishers.apprise_bridge import ApprisePublisher\n"
        "from publishers.errors import SetupError\n"
        "try: ApprisePublisher('c', {}, Path('/'), FixedAccount())\n"
        "except SetupError as error: print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "pip install 'clarion[apprise]'" in said.stdout


def test_settings_are_read_strictly() -> None:
    with pytest.raises(SetupError, match="unknown setting 'service'"):
        at("json://localhost", service="json")
