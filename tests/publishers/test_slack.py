from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from publishers.account import FixedAccount, Secret
from publishers.errors import AuthExpired, Permanent, SetupError, Transient, Unknown
from publishers.port import Post
from publishers.slack import SlackPublisher
from publishers.testing.contract import NOW, HttpContract, a_post
from publishers.testing.lossy import LossyProxy
from tests.publishers.lab_slack import TOKEN, SlackLab
from tests.publishers.servers.plain import Said
from tests.publishers.servers.slack import Shelf, Slack


@pytest.fixture
def lab() -> Iterator[SlackLab]:
    with Slack(TOKEN) as server, Shelf() as shelf, LossyProxy(server.origin) as lossy:
        yield SlackLab(server, shelf, lossy)


@pytest.fixture
def ours(lab: SlackLab) -> SlackPublisher:
    return lab.publisher()


@pytest.fixture
def post(lab: SlackLab, tmp_path: Path) -> Post:
    return a_post(pictures=(lab.picture(tmp_path, "Una mano"), lab.picture(tmp_path, "Due mani")))


class TestContract(HttpContract):
    pass


# What is sent.


def test_slack_gets_the_pictures_from_their_public_address(
    lab: SlackLab, ours: SlackPublisher, post: Post
) -> None:
    ours.publish(ours.prepare(post), NOW)
    (message,) = lab.server.messages
    assert message.pictures == tuple(one.path.read_bytes() for one in post.pictures)
    assert message.alts == ("Una mano", "Due mani")
    fetched = {asked.path for asked in lab.shelf.asked}
    assert fetched == {f"/cards/{one.digest}.png" for one in post.pictures}


def test_signs_show_as_they_were_written(lab: SlackLab, ours: SlackPublisher) -> None:
    text = "1 < 2 & 3 > 2, <!here> &lt; <https://e.org|e>"
    ours.publish(ours.prepare(a_post(text=text)), NOW)
    assert [one.text for one in lab.server.messages] == [text]
    told = json.loads(lab.server.asked[0].body)["text"]
    assert told == "1 &lt; 2 &amp; 3 &gt; 2, &lt;!here&gt; &amp;lt; &lt;https://e.org|e&gt;"


def test_pictures_without_a_text_have_no_empty_line(
    lab: SlackLab, ours: SlackPublisher, post: Post
) -> None:
    alone = a_post(text="", pictures=post.pictures)
    ours.publish(ours.prepare(alone), NOW)
    assert [(one.text, one.alts) for one in lab.server.messages] == [("", ("Una mano", "Due mani"))]


def test_a_sign_counts_as_long_as_its_entity(lab: SlackLab, ours: SlackPublisher) -> None:
    ours.publish(ours.prepare(a_post(text="&" * 600)), NOW)
    assert [one.text for one in lab.server.messages] == ["&" * 600]
    (finding,) = ours.validate(a_post(text="&" * 601))
    assert (finding.code, finding.limit, finding.actual) == ("text.too_long", 3000, 3005)


# The public address.


def test_pictures_without_a_public_address_are_a_finding(lab: SlackLab, post: Post) -> None:
    ours = SlackPublisher("it", {"local": "yes"}, Path(), lab.account)
    assert ours.capabilities().needs_public_url
    (finding,) = ours.validate(post)
    assert (finding.code, finding.field) == ("pictures.no_address", "pictures")
    assert "'pictures_url'" in finding.text
    with pytest.raises(Permanent, match="pictures_url"):
        ours.prepare(post)
    ours.publish(ours.prepare(a_post()), NOW)
    assert [one.text for one in lab.server.messages] == [a_post().text]


def test_a_picture_that_is_not_there_yet_is_waited_for(
    lab: SlackLab, ours: SlackPublisher, post: Post
) -> None:
    lab.shelf.files.pop(f"{post.pictures[1].digest}.png")
    with pytest.raises(Transient, match="picture 2") as refused:
        ours.prepare(post)
    assert refused.value.scope == "post"
    assert lab.server.asked == []


@pytest.mark.parametrize("wrong", ["bytes", "type"])
def test_another_picture_in_its_place_is_refused(
    wrong: str, lab: SlackLab, ours: SlackPublisher, post: Post
) -> None:
    if wrong == "bytes":
        lab.shelf.files[f"{post.pictures[0].digest}.png"] = b"another"
    else:
        lab.shelf.media_type = "text/html"
    with pytest.raises(Permanent, match="picture 1"):
        ours.prepare(post)


# What comes back.


@pytest.mark.parametrize("body", [b"", b"OK", b"ok, but", b'{"ok": true}', b"o"])
def test_anything_but_ok_is_in_doubt(lab: SlackLab, ours: SlackPublisher, body: bytes) -> None:
    lab.server.forced.append(Said(200, body))
    with pytest.raises(Unknown):
        ours.publish(ours.prepare(a_post()), NOW)


def test_what_slack_says_is_named(lab: SlackLab, ours: SlackPublisher) -> None:
    lab.server.forced.append(Said(403, b"action_prohibited\n"))
    said = r"127\.0\.0\.1: posting: .*choose another one \[403 \(action_prohibited\)\]"
    with pytest.raises(Exception, match=said):
        ours.publish(ours.prepare(a_post()), NOW)


def test_taking_down_is_for_a_person(lab: SlackLab, ours: SlackPublisher) -> None:
    receipt = ours.publish(ours.prepare(a_post()), NOW)
    with pytest.raises(Permanent, match="do it by hand"):
        ours.delete(receipt)


# The account.


def test_verify_posts_nothing_and_asks_nothing(lab: SlackLab, ours: SlackPublisher) -> None:
    assert ours.verify() == "Slack webhook on 127.0.0.1; only a post can try it"
    assert lab.server.asked == []


def test_a_webhook_that_is_gone_needs_a_person(lab: SlackLab) -> None:
    account = FixedAccount("it", {"url": Secret(f"{lab.lossy.origin}/services/T0/B0/another")})
    ours = SlackPublisher("it", {"local": "yes"}, Path(), account)
    with pytest.raises(AuthExpired, match="the webhook is gone"):
        ours.publish(ours.prepare(a_post()), NOW)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T0/B0",
        f"https://hooks.slack.com/services/T0/B0/{TOKEN}/more",
        f"http://hooks.slack.com/services/T0/B0/{TOKEN}",
        f"hooks.slack.com/services/T0/B0/{TOKEN}",
    ],
)
def test_what_is_no_address_of_a_webhook_is_not_told(url: str) -> None:
    ours = SlackPublisher("it", {}, Path(), FixedAccount("it", {"url": Secret(url)}))
    with pytest.raises(AuthExpired, match="the secret 'url'") as refused:
        ours.verify()
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"pictures_url": "http://cards.example.org"}, "https"),
        ({"pictures_url": "cards"}, "https"),
        ({"url": "https://hooks.slack.com"}, "unknown setting 'url'"),
    ],
)
def test_settings_that_do_not_do(settings: dict[str, str], said: str) -> None:
    with pytest.raises(SetupError, match=said):
        SlackPublisher("it-it-slack", settings, Path(), FixedAccount())
