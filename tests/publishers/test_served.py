"""Whether a public address serves a picture: real files, a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publishers.errors import Permanent, SetupError, Transient
from publishers.served import Served
from publishers.settings import Settings
from publishers.testing.contract import a_picture
from tests.publishers.servers.graph import Pictures


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[Pictures]:
    one = Pictures(tmp_path)
    yield one
    one.close()


def served(url: str, folder: Path, *, local: bool = True, **more: str) -> Served:
    settings = Settings("feed", {"pictures_url": url, **more})
    return Served(settings, folder, local=local, ca_file=None)


def test_a_picture_is_named_by_the_digest_of_its_bytes(tmp_path: Path) -> None:
    picture = a_picture(tmp_path, "one")
    own = served("https://example.org/cards/", tmp_path)
    assert own
    assert own.address(picture) == f"https://example.org/cards/{picture.digest}.png"


def test_a_picture_that_is_served_passes_and_is_asked_for_without_credentials(
    pictures: Pictures, tmp_path: Path
) -> None:
    served(pictures.address, tmp_path).offer(a_picture(tmp_path, "one"), 1)
    (call,) = pictures.asked
    assert (call.method, call.token, call.params) == ("GET", "", {})


@pytest.mark.parametrize(("status", "scope"), [(404, "post"), (410, "post"), (503, "host")])
def test_one_that_is_not_there_may_come(
    status: int, scope: str, pictures: Pictures, tmp_path: Path
) -> None:
    pictures.wrong = (status, "text/html", b"")
    with pytest.raises(Transient) as refused:
        served(pictures.address, tmp_path).offer(a_picture(tmp_path, "one"), 1)
    assert refused.value.scope == scope


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((200, "image/png", b"another"), "picture.served_other"),
        ((200, "text/html", b"<p>"), "picture.served_as"),
        ((401, "text/html", b""), "picture.not_public"),
        ((302, "text/html", b""), "address.moved"),
    ],
)
def test_what_serves_something_else_is_for_a_person(
    wrong: tuple[int, str, bytes], code: str, pictures: Pictures, tmp_path: Path
) -> None:
    pictures.wrong = wrong
    with pytest.raises(Permanent) as refused:
        served(pictures.address, tmp_path).offer(a_picture(tmp_path, "one"), 3)
    assert refused.value.code == code
    assert "\n" not in str(refused.value)


def test_an_address_inside_our_network_is_no_public_one(pictures: Pictures, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="https"):
        served(pictures.address, tmp_path, local=False)
    with pytest.raises(Permanent, match="public"):
        served("https://127.0.0.1:9/cards", tmp_path, local=False).offer(
            a_picture(tmp_path, "one"), 1
        )


def test_a_channel_without_an_address_has_none(tmp_path: Path) -> None:
    assert not served("", tmp_path)


def test_a_folder_of_this_machine_is_filled_before_it_is_asked(tmp_path: Path) -> None:
    """The web server behind the address is one that serves this very folder."""
    picture = a_picture(tmp_path, "one")
    with serving(tmp_path / "web") as url:
        own = served(f"{url}/cards", tmp_path, pictures_path="web/cards")
        own.offer(picture, 1)
        own.offer(picture, 1)
    [file] = (tmp_path / "web" / "cards").iterdir()
    assert file.name == f"{picture.digest}.png"
    assert file.read_bytes() == picture.path.read_bytes()


def test_only_the_approved_picture_is_laid_there(tmp_path: Path) -> None:
    picture = a_picture(tmp_path, "one")
    picture.path.write_bytes(b"another")
    own = served("https://cards.invalid", tmp_path, pictures_path="web")
    with pytest.raises(Permanent) as refused:
        own.offer(picture, 1)
    assert refused.value.code == "picture.changed"
    assert list((tmp_path / "web").iterdir()) == []


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A plain web server over a folder."""
    handler = partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
