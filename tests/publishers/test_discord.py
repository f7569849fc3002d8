from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishers.account import FixedAccount, Secret
from publishers.discord import DiscordPublisher
from publishers.errors import AuthExpired, Permanent, SetupError, Transient, Unknown
from publishers.markdown import escaped, unescaped
from publishers.port import Post, Receipt
from publishers.testing.contract import NOW, HttpContract, a_picture, a_post
from publishers.testing.lossy import LossyProxy
from tests.publishers.lab_discord import TOKEN, DiscordLab
from tests.publishers.servers.discord import Discord
from tests.publishers.servers.plain import Said


@pytest.fixture
def lab() -> Iterator[DiscordLab]:
    with Discord(TOKEN) as server, LossyProxy(server.origin) as lossy:
        yield DiscordLab(server, lossy)


@pytest.fixture
def ours(lab: DiscordLab) -> DiscordPublisher:
    return lab.publisher()


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return a_post(pictures=(a_picture(tmp_path, "Una mano"), a_picture(tmp_path, "Due mani")))


class TestContract(HttpContract):
    pass


# What is sent.


def test_the_pictures_arrive_whole_each_with_its_alt_text(
    lab: DiscordLab, ours: DiscordPublisher, post: Post
) -> None:
    receipt = ours.publish(ours.prepare(post), NOW)
    message = lab.server.messages[receipt.remote_id]
    assert message.pictures == tuple(one.path.read_bytes() for one in post.pictures)
    assert message.alts == ("Una mano", "Due mani")


def test_a_picture_that_changed_after_it_was_prepared_is_not_sent(
    lab: DiscordLab, ours: DiscordPublisher, post: Post
) -> None:
    prepared = ours.prepare(post)
    post.pictures[1].path.write_bytes(b"another")
    with pytest.raises(Permanent, match="picture 2"):
        ours.publish(prepared, NOW)
    assert lab.server.asked == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("*no* _one_ ~is~ `sold`", r"\*no\* \_one\_ \~is\~ \`sold\`"),
        ("||hidden|| <@42> <#7>", r"\|\|hidden\|\| \<@42> \<#7>"),
        ("[here](https://e.org/a)", r"\[here](https://e.org/a)"),
        ("> a\n# b\n- c\n-# d", "\\> a\n\\# b\n\\- c\n\\-# d"),
        ("#NotForSale 5 > 4 - 1", "#NotForSale 5 > 4 - 1"),
        ("https://e.org/a_b_c*d \\o/", r"https://e.org/a_b_c*d \\o/"),
        ("@everyone", "@everyone"),
    ],
)
def test_signs_show_as_they_were_written(text: str, sent: str) -> None:
    assert escaped(text) == sent
    assert unescaped(sent) == text


@given(st.text(alphabet="ab \\*_~`|<>[]()#-+\n:/https.é", max_size=40))
def test_what_is_escaped_is_read_back(text: str) -> None:
    assert unescaped(escaped(text)) == text


def test_a_sign_that_is_escaped_counts_twice(lab: DiscordLab, ours: DiscordPublisher) -> None:
    fits = a_post(text="*" * 1000)
    ours.publish(ours.prepare(fits), NOW)
    assert [one.shown for one in lab.server.messages.values()] == [fits.text]
    (finding,) = ours.validate(a_post(text="*" * 1001))
    assert (finding.code, finding.limit, finding.actual) == ("text.too_long", 2000, 2002)


# What comes back.


@pytest.mark.parametrize("answer", [{}, {"id": 7}, {"id": ""}, {"id": "x"}, []])
def test_an_answer_without_a_number_is_in_doubt(
    lab: DiscordLab, ours: DiscordPublisher, answer: object
) -> None:
    lab.server.forced.append(Said(200, answer))
    with pytest.raises(Unknown):
        ours.publish(ours.prepare(a_post()), NOW)


def test_a_limit_for_all_from_here_stops_the_host(lab: DiscordLab, ours: DiscordPublisher) -> None:
    said = {"message": "You are being rate limited.", "retry_after": 64.57, "global": True}
    lab.server.forced.append(Said(429, said))
    with pytest.raises(Transient) as refused:
        ours.publish(ours.prepare(a_post()), NOW)
    assert (refused.value.retry_after, refused.value.scope) == (64.57, "host")


def test_an_id_of_another_platform_is_nothing_to_take_down(
    lab: DiscordLab, ours: DiscordPublisher
) -> None:
    ours.delete(Receipt("-100:7", None, NOW))
    assert lab.server.asked == []


# The account.


def test_verify_names_the_webhook(lab: DiscordLab, ours: DiscordPublisher) -> None:
    assert ours.verify() == "Discord webhook 'Carte'"
    assert [asked.method for asked in lab.server.asked] == ["GET"]


def test_a_webhook_that_is_gone_needs_a_person(lab: DiscordLab) -> None:
    url = f"{lab.lossy.origin}/api/webhooks/1182035934/another"
    account = FixedAccount("it", {"url": Secret(url)})
    ours = DiscordPublisher("it", {"local": "yes"}, Path(), account)
    for ask in (ours.verify, lambda: ours.publish(ours.prepare(a_post()), NOW)):
        with pytest.raises(AuthExpired, match="the webhook is gone") as refused:
            ask()
        assert not refused.value.refreshable


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/channels/1/2",
        f"https://discord.com/api/webhooks/1182035934/{TOKEN}/github",
        f"https://discord.com/api/webhooks/1182035934/{TOKEN}?thread_id=7",
        f"http://discord.com/api/webhooks/1182035934/{TOKEN}",
        f"https://me:{TOKEN}@discord.com/api/webhooks/1182035934/{TOKEN}",
        f"discord.com/api/webhooks/1182035934/{TOKEN}",
        f"https://[discord/api/webhooks/1182035934/{TOKEN}",
    ],
)
def test_what_is_no_address_of_a_webhook_is_not_told(url: str) -> None:
    ours = DiscordPublisher("it", {}, Path(), FixedAccount("it", {"url": Secret(url)}))
    with pytest.raises(AuthExpired, match="the secret 'url'") as refused:
        ours.verify()
    assert TOKEN not in str(refused.value)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(SetupError, match="unknown setting 'url'"):
        DiscordPublisher("it", {"url": "https://discord.com"}, Path(), FixedAccount())
