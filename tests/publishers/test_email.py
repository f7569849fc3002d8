from __future__ import annotations

import dataclasses
import logging
import socketserver
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from publishers.account import FixedAccount, Secret
from publishers.errors import (
    AuthExpired,
    Permanent,
    PublishError,
    SetupError,
    Transient,
    Unknown,
)
from publishers.http.table import Means, Row
from publishers.mail.answers import TABLE
from publishers.mail.publisher import EmailPublisher
from publishers.port import CannotTell, Idempotency, Post, Prepared
from publishers.testing.contract import NOW, TEXTS, PublisherContract, a_picture, a_post
from publishers.testing.faults import MAIL_FAULTS, Fault
from publishers.testing.lab import alike
from publishers.testing.lossy import LossyMail
from publishers.testing.watch import spellings
from tests.publishers.authority import Authority
from tests.publishers.html_seen import Shown
from tests.publishers.lab_email import SETTINGS, EmailLab, Impatient, parts
from tests.publishers.servers.smtp import MailServer

PASSWORD = "pässword-canary-5f2c"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def lab(server: MailServer, tmp_path: Path) -> Iterator[EmailLab]:
    with LossyMail("127.0.0.1", server.port) as lossy:
        yield EmailLab(server, lossy, tmp_path)


class TestContract(PublisherContract):
    """A mail that goes out twice is two mails, with one Message-ID: that is what `remote_id`
    tells, and where these tests are other than the suite's."""

    @pytest.fixture
    def lab(self, server: MailServer, tmp_path: Path) -> Iterator[EmailLab]:
        with LossyMail("127.0.0.1", server.port) as lossy:
            yield EmailLab(server, lossy, tmp_path)

    def test_the_same_request_twice(self, lab: EmailLab, post: Post) -> None:  # type: ignore[override]
        publisher = lab.publisher()
        prepared = publisher.prepare(post)
        first, second = (publisher.publish(prepared, NOW).remote_id for _ in range(2))
        assert first == second
        one, two = lab.server.box.mails
        assert one == two

    def test_four_threads_with_the_same_request(self, lab: EmailLab, post: Post) -> None:  # type: ignore[override]
        publisher = lab.publisher()
        prepared = publisher.prepare(post)
        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(lambda _: publisher.publish(prepared, NOW).remote_id, range(4)))
        assert len(told) == len(lab.seen()) == 4

    def test_the_same_key_with_other_content(self, lab: EmailLab, post: Post) -> None:  # type: ignore[override]
        publisher = lab.publisher()
        for one in (post, dataclasses.replace(post, text="Another text altogether")):
            publisher.publish(publisher.prepare(one), NOW)
        first, second = lab.seen()
        assert alike(first, lab.expected(post))
        assert second.text == "Another text altogether"


def mailer(server: MailServer, base: Path, **more: str) -> EmailPublisher:
    return EmailPublisher("it-it-email", settings(server, **more), base, FixedAccount("it"))


def settings(server: MailServer, **more: str) -> dict[str, object]:
    there = {"server": "127.0.0.1", "port": server.port, "security": "none", "local": "yes"}
    return {**SETTINGS, **there, **more}


# What arrives.


def test_a_mail_says_who_when_and_what(server: MailServer, tmp_path: Path) -> None:
    png = a_picture(tmp_path, 'Una mano "tesa" & aperta', width=1080, height=1080)
    jpeg = dataclasses.replace(a_picture(tmp_path, "Due"), media_type="image/jpeg")
    post = a_post(text="Primo.\nSecondo <b>.\n\nTerzo.", pictures=(png, jpeg))
    ours = mailer(server, tmp_path, to="one@society.example, two@society.example")
    receipt = ours.publish(ours.prepare(post), NOW)
    (mail,) = server.box.read()
    assert str(mail["From"]) == "Croce Rossa <campaigns@cri.example>"
    assert str(mail["To"]) == "one@society.example, two@society.example"
    assert server.box.recipients == [["one@society.example", "two@society.example"]]
    assert str(mail["Subject"]) == post.title
    assert parsedate_to_datetime(mail["Date"]) == post.due
    assert mail["Message-ID"] == receipt.remote_id == f"<{post.key}@cri.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "it"
    assert mail.get_content_type() == "multipart/alternative"
    plain, rich, images = parts(mail)
    where = "Croce Rossa Italiana · it-it-folder · 2027-07-30 09:00 Europe/Rome"
    assert plain.split("\n\n")[:3] == [where, "Primo.\nSecondo <b>.", "Terzo."]
    assert "[2.jpg] Due" in plain
    shown = Shown(rich)
    assert shown.alts == (png.alt, "Due")
    assert 'width="600"' in rich
    assert [image.get_content_type() for image in images] == ["image/png", "image/jpeg"]
    assert [image.get_content() for image in images] == [
        picture.path.read_bytes() for picture in post.pictures
    ]
    assert [image.get_content_disposition() for image in images] == ["inline", "inline"]
    assert not any(word in rich for word in ("http:", "https:", "url(", "<script", "<link"))


@pytest.mark.parametrize("name", ["arabic", "hebrew", "greek"])
def test_a_text_runs_its_own_way(name: str, server: MailServer, tmp_path: Path) -> None:
    language, text = TEXTS[name]
    ours = mailer(server, tmp_path)
    titled = dataclasses.replace(a_post(text=text, language=language), title=text[:40])
    ours.publish(ours.prepare(titled), NOW)
    (mail,) = server.box.read()
    plain, rich, _ = parts(mail)
    way = "ltr" if name == "greek" else "rtl"
    assert ("\u2068it-it-folder\u2069" in plain) == (way == "rtl")
    assert rich.count(f'lang="{language}" dir="{way}"') == 2
    assert mail["Subject"] == " ".join(text[:40].split())
    assert all(part["Content-Language"] == language for part in mail.walk())


def test_whose_post_it_is_and_every_alt_text_can_be_read_and_copied(
    server: MailServer, tmp_path: Path
) -> None:
    ours = mailer(server, tmp_path)
    post = a_post(pictures=(a_picture(tmp_path, "Una mano\n<tesa>"),))
    named = dataclasses.replace(post, facts={**post.facts, "society_name": "Croce <Rossa>"})
    ours.publish(ours.prepare(named), NOW)
    told = dict.fromkeys(("society", "channel", "local_time"), "")
    ours.publish(ours.prepare(dataclasses.replace(post, facts={**post.facts, **told})), NOW)
    named_mail, bare_mail = server.box.read()
    _, rich, _ = parts(named_mail)
    bdi = ("Croce &lt;Rossa&gt;", "it-it-folder", "2027-07-30 09:00 Europe/Rome")
    assert " · ".join(f"<bdi>{one}</bdi>" for one in bdi) in rich
    assert "[<bdi>1.png</bdi>] Una mano<br>&lt;tesa&gt;</div>" in rich
    plain, rich, _ = parts(bare_mail)
    assert plain.startswith(post.text)
    assert " · " not in plain + rich


def test_a_picture_alone_has_a_subject_all_the_same(server: MailServer, tmp_path: Path) -> None:
    ours = mailer(server, tmp_path)
    bare = a_post(text="", pictures=(a_picture(tmp_path, "x"),))
    ours.publish(ours.prepare(dataclasses.replace(bare, title="")), NOW)
    long = dataclasses.replace(a_post(key="long", text="parola " * 100), title="")
    ours.publish(ours.prepare(long), NOW)
    assert [str(mail["Subject"])[:12] for mail in server.box.read()] == [
        bare.key[:12],
        long.text[:12],
    ]
    assert len(str(server.box.read()[1]["Subject"])) <= 200


def test_lines_that_begin_with_a_dot_arrive(server: MailServer, tmp_path: Path) -> None:
    text = ".\n..\n.dot\n" + "." * 200
    ours = mailer(server, tmp_path)
    ours.publish(ours.prepare(a_post(text=text)), NOW)
    (mail,) = server.box.read()
    assert parts(mail)[0].partition("\n\n")[2] == f"{text}\n"


@pytest.mark.parametrize(
    "title", ["a\r\nBcc: x@evil.example", "a\nb", "a\r\n\r\n<script>", "\u2028x"]
)
def test_no_header_comes_in_by_a_title(title: str, server: MailServer, tmp_path: Path) -> None:
    ours = mailer(server, tmp_path)
    ours.publish(ours.prepare(dataclasses.replace(a_post(), title=title)), NOW)
    (mail,) = server.box.read()
    assert mail["Bcc"] is None
    assert str(mail["Subject"]) == " ".join(title.split())
    assert server.box.recipients == [["focal@society.example"]]


@pytest.mark.parametrize("key", ["a@b> <c", "clé", "two\r\nBcc: lines", "x" * 500])
def test_a_key_that_is_no_plain_word_makes_a_plain_message_id(
    key: str, server: MailServer, tmp_path: Path
) -> None:
    ours = mailer(server, tmp_path)
    receipt = ours.publish(ours.prepare(a_post(key=key)), NOW)
    assert len(receipt.remote_id) == len("<@cri.example>") + 64
    assert server.box.read()[0]["Message-ID"] == receipt.remote_id


def test_a_picture_that_changed_after_it_was_frozen_does_not_go_out(
    server: MailServer, tmp_path: Path
) -> None:
    ours = mailer(server, tmp_path)
    post = a_post(pictures=(a_picture(tmp_path, "x"),))
    prepared = ours.prepare(post)
    post.pictures[0].path.write_bytes(b"other")
    with pytest.raises(Permanent) as refused:
        ours.publish(prepared, NOW)
    assert refused.value.code == "picture.changed"
    assert server.box.steps == []


def test_a_mail_that_is_no_longer_written_as_it_was_does_not_go_out(
    server: MailServer, tmp_path: Path
) -> None:
    ours = mailer(server, tmp_path)
    prepared = ours.prepare(a_post())
    other = Prepared.of(prepared.key, "email", dict(prepared.request) | {"sha256": "0" * 64})
    with pytest.raises(Permanent, match="prepare it again") as refused:
        ours.publish(other, NOW)
    assert refused.value.code == "request.changed"
    assert server.box.steps == []


# All or none.


def test_one_recipient_refused_and_nobody_gets_it(server: MailServer, tmp_path: Path) -> None:
    server.box.says = {"two@society.example": "550 5.1.1 no such user"}
    server.box.says["three@society.example"] = "451 4.7.1 come back later"
    everybody = "one@society.example,three@society.example,two@society.example"
    ours = mailer(server, tmp_path, to=everybody)
    prepared = ours.prepare(a_post())
    with pytest.raises(Permanent, match="recipient two@society") as refused:
        ours.publish(prepared, NOW)
    assert refused.value.field == "settings"
    server.box.says.pop("two@society.example")
    with pytest.raises(Transient, match="recipient three@society"):
        ours.publish(prepared, NOW)
    assert server.box.mails == []
    server.box.says.clear()
    ours.publish(prepared, NOW)
    assert [len(names) for names in server.box.recipients] == [3]


def test_a_mail_server_is_told_the_size_first(server: MailServer, tmp_path: Path) -> None:
    ours = mailer(server, tmp_path)
    ours.publish(ours.prepare(a_post()), NOW)
    assert server.box.steps == [f"MAIL SIZE={len(server.box.mails[0])}"]


# What the replies mean.

ERRORS = {
    Means.WAIT_POST: Transient,
    Means.WAIT_ACCOUNT: Transient,
    Means.WAIT_HOST: Transient,
    Means.NEVER: Permanent,
    Means.SIGN_IN: AuthExpired,
}


@pytest.mark.parametrize("step", ["RCPT", "END"])
@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name or str(row.status))
def test_every_row_of_the_table(row: Row, step: str, server: MailServer, tmp_path: Path) -> None:
    server.box.says = {step: f"{row.status or 599} {row.name} as said"}
    ours = mailer(server, tmp_path)
    with pytest.raises(PublishError) as refused:
        ours.publish(ours.prepare(a_post()), NOW)
    assert type(refused.value) is ERRORS[row.means]
    assert row.words in str(refused.value)
    assert "as said" not in str(refused.value)
    if isinstance(refused.value, Permanent):
        assert refused.value.field == row.field
    assert server.box.mails == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "END"])
@pytest.mark.parametrize(("reply", "error"), [("471 hm", Transient), ("571 no", Permanent)])
def test_what_is_in_no_row(
    reply: str, error: type[PublishError], step: str, server: MailServer, tmp_path: Path
) -> None:
    server.box.says = {step: reply}
    ours = mailer(server, tmp_path)
    with pytest.raises(error):
        ours.publish(ours.prepare(a_post()), NOW)


@pytest.mark.parametrize("make", MAIL_FAULTS)
def test_every_fault_at_the_end_of_a_mail(make: type[Fault], lab: EmailLab) -> None:
    fault, publisher = make(), lab.publisher()
    prepared = publisher.prepare(a_post())
    if type(fault) is Fault:
        lab.through(fault, publisher, prepared)
    else:
        with pytest.raises(Unknown):
            lab.through(fault, publisher, prepared)
    assert len(lab.seen()) == fault.commits
    assert isinstance(publisher.find(prepared), CannotTell)
    caps = publisher.capabilities()
    assert (caps.idempotency, caps.can_find) == (Idempotency.NONE, False)


@contextmanager
def scripted(*replies: bytes) -> Iterator[int]:
    """A server that says these, its greeting first and then one for each thing it hears, and
    hangs up after the last; its port. A mail is one thing."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            body = False
            for number, reply in enumerate(replies):
                while number and self.rfile.readline() not in (b".\r\n", b"") and body:
                    pass
                self.wfile.write(reply)
                body = reply.startswith(b"354")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as there:
        there.daemon_threads = True
        thread = threading.Thread(target=there.serve_forever, args=(0.005,))
        thread.start()
        try:
            yield there.server_address[1]
        finally:
            there.shutdown()
            thread.join(5)


OK = b"250 OK\r\n"
UP_TO_THE_MAIL = (b"220 hello\r\n", OK, OK, OK, b"354 go\r\n")


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ((), Transient),
        ((b"",), Transient),
        ((b"HTTP/1.1 400 Bad Request\r\n",), Transient),
        ((b"x" * 100_000,), Transient),
        ((b"421 busy\r\n",), Transient),
        ((b"554 no mail here\r\n",), Permanent),
        ((b"220 hello\r\n", b"502 what?\r\n"), Permanent),
        (UP_TO_THE_MAIL[:4], Transient),
        ((*UP_TO_THE_MAIL[:4], b"250 go\r\n"), Transient),
        (UP_TO_THE_MAIL, Unknown),
        ((*UP_TO_THE_MAIL, b"nonsense\r\n"), Unknown),
        ((*UP_TO_THE_MAIL, b"x" * 100_000), Unknown),
        ((*UP_TO_THE_MAIL, b"354 again\r\n"), Unknown),
        ((*UP_TO_THE_MAIL, b"250-half of"), Unknown),
        ((*UP_TO_THE_MAIL, b"451 later\r\n"), Transient),
        ((*UP_TO_THE_MAIL, b"554 no\r\n"), Permanent),
    ],
)
def test_how_far_it_came_decides(
    replies: tuple[bytes, ...], error: type[PublishError], tmp_path: Path
) -> None:
    with scripted(*replies) as port:
        own = {"server": "127.0.0.1", "port": port, "security": "none", "local": "yes"}
        ours = EmailPublisher("c", {**SETTINGS, **own}, tmp_path, FixedAccount())
        with pytest.raises(PublishError) as refused:
            ours.publish(ours.prepare(a_post()), NOW)
        assert type(refused.value) is error


def test_a_server_that_is_not_there_is_tried_later(server: MailServer, tmp_path: Path) -> None:
    ours = mailer(server, tmp_path, port="9")
    with pytest.raises(Transient, match="cannot be reached") as refused:
        ours.publish(ours.prepare(a_post()), NOW)
    assert refused.value.scope == "host"


# Encryption and signing in.


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def signed_in(
    server: MailServer,
    authority: Authority,
    kind: type[EmailPublisher] = EmailPublisher,
    **more: str,
) -> EmailPublisher:
    sealed = {"user": Secret("campaigns@cri.example"), "password": Secret(PASSWORD)}
    own = settings(server, security="starttls", ca_file=str(authority.file)) | more
    return kind("it-it-email", own, authority.file.parent, FixedAccount("it", sealed))


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("hide", [(), ("PLAIN",)])
def test_mails_go_encrypted_and_signed_in(
    security: str, hide: tuple[str, ...], authority: Authority
) -> None:
    certificate = authority.server("127.0.0.1")
    with MailServer(certificate, at_once=security == "tls", hide=hide) as server:
        server.box.user, server.box.password = "campaigns@cri.example", PASSWORD
        ours = signed_in(server, authority, security=security)
        assert "campaigns@cri.example" in ours.verify()
        assert server.box.mails == []
        ours.publish(ours.prepare(a_post()), NOW)
        assert len(server.box.mails) == 1
        assert server.box.steps[0] == ("AUTH LOGIN" if hide else "AUTH PLAIN")


def test_a_wrong_password_parks_the_account(authority: Authority) -> None:
    with MailServer(authority.server("127.0.0.1")) as server:
        server.box.user, server.box.password = "campaigns@cri.example", "another"
        ours = signed_in(server, authority)
        with pytest.raises(AuthExpired, match="535") as refused:
            ours.publish(ours.prepare(a_post()), NOW)
        assert not refused.value.refreshable


def test_a_server_that_knows_no_way_to_sign_in(authority: Authority) -> None:
    with MailServer(authority.server("127.0.0.1"), hide=("PLAIN", "LOGIN")) as server:
        with pytest.raises(Permanent, match="AUTH PLAIN") as refused:
            signed_in(server, authority).verify()
        assert refused.value.code == "auth.unknown"


def test_no_password_goes_over_an_open_line(authority: Authority) -> None:
    with MailServer() as server:
        with pytest.raises(Permanent, match="set 'security'") as refused:
            signed_in(server, authority, security="none").verify()
        assert refused.value.code == "security.none"
        with pytest.raises(Permanent, match="offers no encryption") as refused:
            signed_in(server, authority).verify()
        assert refused.value.code == "security.missing"
        assert server.box.steps == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_host_or_of_nobody_we_trust(
    security: str, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path)
    for certificate in (authority.server("other.example"), stranger.server("127.0.0.1")):
        with MailServer(certificate, at_once=security == "tls") as server:
            ours = signed_in(server, authority, security=security)
            with pytest.raises(Transient, match="certificate"):
                ours.publish(ours.prepare(a_post()), NOW)
            assert server.box.steps == []


def test_certificates_that_cannot_be_read(server: MailServer, tmp_path: Path) -> None:
    ours = mailer(server, tmp_path, security="starttls", ca_file="nowhere.pem")
    with pytest.raises(Permanent, match="correct 'ca_file'"):
        ours.verify()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_deadline_holds_below_encryption(security: str, authority: Authority) -> None:
    certificate = authority.server("127.0.0.1")
    with MailServer(certificate, at_once=security == "tls") as server:
        server.box.user, server.box.password = "campaigns@cri.example", PASSWORD
        server.box.says = {"END": "hang"}
        ours = signed_in(server, authority, Impatient, security=security)
        with pytest.raises(Unknown, match="in time"):
            ours.publish(ours.prepare(a_post()), NOW)


def test_a_server_inside_our_own_network_wants_to_be_named_local(tmp_path: Path) -> None:
    own = {**SETTINGS, "server": "127.0.0.1"}
    ours = EmailPublisher("c", own, tmp_path, FixedAccount())
    with pytest.raises(Permanent, match="not a public address"):
        ours.verify()


def test_no_secret_is_told(authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    with MailServer(authority.server("127.0.0.1")) as server:
        server.box.user = "campaigns@cri.example"
        for password, end in ((PASSWORD, "554 no"), ("another", "250 OK"), (PASSWORD, "250 OK")):
            server.box.password, server.box.says = password, {"END": end}
            ours = signed_in(server, authority)
            prepared = ours.prepare(a_post())
            told += [repr(ours), str(vars(ours)), prepared.to_json(), repr(prepared)]
            try:
                told.append(repr(ours.publish(prepared, NOW)))
            except PublishError as error:
                told += [*traceback.format_exception(error), repr(vars(error))]
    everything = "\n".join([*told, caplog.text])
    assert [one for one in spellings(PASSWORD) if one in everything] == []


# Settings.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"to": ""}, "to is ''; write addresses"),
        ({"to": "a@b.example,"}, "to is ''"),
        ({"to": "a@b.example\r\nBcc: c@d.example"}, "write addresses"),
        ({"to": "Nobody <a@b.example>"}, "write addresses"),
        ({"to": "josé@b.example"}, "in Latin letters"),
        ({"from": "a..b@c.example"}, "from is"),
        ({"from": "X\n <a@c.example>"}, "from is"),
        ({"server": "smtp://mail.example"}, "write mail.example.org"),
        ({"server": ""}, "write mail.example.org"),
        ({"security": "none"}, "security is none"),
        ({"security": "ssl"}, "one of starttls, tls, none"),
        ({"port": "smtp"}, "port is 'smtp'"),
        ({"cc": "x"}, "unknown setting 'cc'"),
    ],
)
def test_settings_are_read_strictly(change: dict[str, str], message: str, tmp_path: Path) -> None:
    own = {**SETTINGS, "server": "mail.example.org", **change}
    with pytest.raises(SetupError, match=message):
        EmailPublisher("c", own, tmp_path, FixedAccount())


@pytest.mark.parametrize(
    "title",
    [
        "Une fausse offre d’emploi peut sembler vraie à n’importe qui. Des personnes diplômées ou "
        "qualifiées ont aussi été trompées.",
        "الموافقة لا تُحتسب إذا استُخدمت القوة أو الكذب أو استُغلت السلطة. ولا يمكن لأي طفل أن يوافق.",
        "A long subject of plain words alone, which goes over more than one line of a mail's head",
    ],
)
def test_a_long_subject_keeps_every_space(title: str, server: MailServer, tmp_path: Path) -> None:
    ours = mailer(server, tmp_path)
    ours.publish(ours.prepare(dataclasses.replace(a_post(), title=title)), NOW)
    (mail,) = server.box.read()
    assert str(mail["Subject"]) == title
