"""The platform and the adapter for it: what the one does and what the other makes of it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publishers.errors import Permanent, Transient, Unknown
from publishers.port import Absent, CannotTell, Found, Idempotency, Post, Prepared
from tests.torture.faults import CHOICES, ByKey, Fault, Kind, Seeded
from tests.torture.platform import Answer, Manners, Platform, Request
from tests.torture.publisher import TorturePublisher
from tests.torture.record import Book, Event, Line, read
from tests.torture.supervisor import end, process

NOW = datetime(2027, 7, 30, 7, 0, tzinfo=UTC)
LAG = Manners().lag + 0.05


class Place:
    """A platform that runs, and can be killed and started again where it was. What it does to a
    request is what the request's key says before the first space."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "platform.jsonl"
        self._log = (folder / "log").open("ab")
        self.port = 0
        self.start()

    def start(self) -> None:
        """Begin, at the port of before."""
        words = [str(self.file), "--port", str(self.port), "--by-key"]
        self._child: subprocess.Popen[bytes] = process(
            ["tests.torture.platform", *words], self._log
        )
        assert self._child.stdout is not None
        self.port = int(self._child.stdout.readline())

    def kill(self) -> None:
        """SIGKILL."""
        end(self._child)

    def close(self) -> None:
        """End it."""
        self.kill()
        self._log.close()

    def publisher(self, klass: str) -> TorturePublisher:
        """Of an account of this class."""
        return TorturePublisher(f"http://127.0.0.1:{self.port}", f"hang/{klass}", deadline=0.5)

    def lines(self, key: str) -> list[Line]:
        """What it wrote down about this key."""
        return [line for line in read(self.file) if line.key == key]

    def events(self, key: str) -> list[Event]:
        """The same, in short."""
        return [line.event for line in self.lines(key)]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One for all who do not kill it."""
    with closing(Place(tmp_path_factory.mktemp("platform"))) as place:
        yield place


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Place]:
    """One of one's own."""
    with closing(Place(tmp_path)) as place:
        yield place


def request(publisher: TorturePublisher, key: str) -> Prepared:
    return publisher.prepare(Post(key, "Help is near.", "en"))


@pytest.mark.parametrize(
    ("klass", "idempotency"),
    [("a", Idempotency.NATIVE), ("b", Idempotency.READBACK), ("c", Idempotency.NONE)],
)
def test_a_post_comes_out_and_is_written_down(
    there: Place, klass: str, idempotency: Idempotency
) -> None:
    publisher, key = there.publisher(klass), f"none out-{klass}"
    receipt = publisher.publish(request(publisher, key), NOW)
    received, accepted = there.lines(key)
    assert (received.event, accepted.event) == (Event.RECEIVED, Event.ACCEPTED)
    assert accepted.id == receipt.remote_id
    assert received.sent <= accepted.at
    assert received.digest == accepted.digest != ""
    assert publisher.capabilities().idempotency is idempotency


@pytest.mark.parametrize(("klass", "posts"), [("a", 1), ("b", 2), ("c", 2)])
def test_only_one_class_knows_a_key_again(there: Place, klass: str, posts: int) -> None:
    publisher, key = there.publisher(klass), f"none again-{klass}"
    first, second = (publisher.publish(request(publisher, key), NOW) for _ in range(2))
    assert (first.remote_id == second.remote_id) == (posts == 1)
    assert there.events(key).count(Event.ACCEPTED) == posts


@pytest.mark.parametrize(
    ("fault", "live"),
    [
        (Fault.CUT_AFTER, True),
        (Fault.CUT_BEFORE, False),
        (Fault.ERROR_AFTER, True),
        (Fault.SILENT, False),
        (Fault.SILENT_AFTER, True),
    ],
)
def test_an_answer_that_does_not_come_leaves_a_doubt(
    there: Place, fault: Fault, live: bool
) -> None:
    publisher, key = there.publisher("b"), f"{fault} doubt"
    prepared = request(publisher, key)
    with pytest.raises(Unknown):
        publisher.publish(prepared, NOW)
    time.sleep(LAG)
    assert isinstance(publisher.find(prepared), Found if live else Absent)
    assert there.events(key).count(Event.ACCEPTED) == live


def answered(file: Path, manners: Manners, fault: Fault, method: str = "POST") -> Answer | None:
    """What a platform of these manners says to a request that has just been sent."""
    key = f"{fault} one"
    headers = {"idempotency-key": key, "sent": str(time.time())}
    asked = Request(method, "/hang/b/posts", {"key": [key]}, headers)
    return asyncio.run(Platform(file, ByKey(), manners).answer(asked))


def test_a_slow_platform_accepts_and_says_nothing(tmp_path: Path) -> None:
    manners = Manners(within=60, slow=0.02, patience=0)
    assert answered(tmp_path / "file", manners, Fault.SLOW) is None
    received, accepted = read(tmp_path / "file")
    assert accepted.event is Event.ACCEPTED
    assert accepted.at - received.at > 0.01


def test_a_request_that_was_too_long_on_its_way_is_dropped(tmp_path: Path) -> None:
    manners = Manners(within=-1)
    assert answered(tmp_path / "file", manners, Fault.NONE) is None
    assert [line.event for line in read(tmp_path / "file")] == [Event.RECEIVED, Event.STALE]


def test_a_post_cannot_be_read_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert answered(file, Manners(), Fault.NONE) is not None
    for lag, count in ((3600.0, 0), (0.0, 1)):
        found = answered(file, Manners(lag=lag), Fault.NONE, "GET")
        assert found is not None
        assert isinstance(found.body, dict)
        assert len(found.body["posts"]) == count


@pytest.mark.parametrize("fault", CHOICES[Kind.LIMIT])
def test_a_platform_that_has_enough_says_for_how_long(there: Place, fault: Fault) -> None:
    publisher, key = there.publisher("a"), f"{fault} enough"
    with pytest.raises(Transient) as caught:
        publisher.publish(request(publisher, key), datetime.now(UTC))
    assert there.events(key) == [Event.RECEIVED, Event.LIMITED]
    assert caught.value.scope == "account"
    assert caught.value.retry_after is not None
    assert 0 < there.lines(key)[-1].until <= time.time() + caught.value.retry_after


def test_nobody_there_is_no_doubt(mortal: Place) -> None:
    publisher = mortal.publisher("c")
    mortal.kill()
    with pytest.raises(Transient) as caught:
        publisher.publish(request(publisher, "none nobody"), NOW)
    assert caught.value.scope == "host"


def test_a_request_cut_off_in_the_middle_is_none(there: Place) -> None:
    head = "POST /hang/c/posts HTTP/1.1\r\nIdempotency-Key: none half\r\nContent-Length: 9\r\n\r\n"
    with socket.create_connection(("127.0.0.1", there.port)) as wire:
        wire.sendall(head.encode() + b"{")
    publisher = there.publisher("c")
    publisher.publish(request(publisher, "none whole"), NOW)
    assert there.events("none whole") == [Event.RECEIVED, Event.ACCEPTED]
    assert there.events("none half") == []


def test_it_remembers_what_it_accepted(mortal: Place) -> None:
    by_key, by_look = mortal.publisher("a"), mortal.publisher("b")
    first = by_key.publish(request(by_key, "none key"), NOW)
    second = by_look.publish(request(by_look, "none look"), NOW)
    mortal.kill()
    with mortal.file.open("ab") as file:
        file.write(b'{"at":1')  # it died while writing
    mortal.start()
    assert by_key.publish(request(by_key, "none key"), NOW).remote_id == first.remote_id
    time.sleep(LAG)
    found = by_look.find(request(by_look, "none look"))
    assert isinstance(found, Found)
    assert found.receipt.remote_id == second.remote_id
    assert [line.event for line in read(mortal.file)].count(Event.ACCEPTED) == 2


@pytest.mark.parametrize("klass", ["a", "c"])
def test_what_cannot_be_read_back_cannot_be_found(there: Place, klass: str) -> None:
    publisher = there.publisher(klass)
    assert isinstance(publisher.find(request(publisher, "none find")), CannotTell)
    assert not publisher.capabilities().can_find


def test_an_account_that_does_not_exist_is_refused_for_good(there: Place) -> None:
    publisher = TorturePublisher(f"http://127.0.0.1:{there.port}/x", "hang/a")
    with pytest.raises(Permanent, match="answered 404"):
        publisher.publish(request(publisher, "none nowhere"), NOW)


@pytest.mark.parametrize("kind", Kind)
def test_chance_hits_its_share_and_repeats_itself(kind: Kind) -> None:
    keys = [f"key-{number}" for number in range(400)]
    first, second = Seeded(7, 0.25), Seeded(7, 0.25)
    faults = [first.of(kind, key) for key in keys]
    assert faults == [second.of(kind, key) for key in keys]
    assert {*faults} == {Fault.NONE, *CHOICES[kind]}
    assert 60 < sum(fault is not Fault.NONE for fault in faults) < 140


def test_a_line_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    line = Line(1.5, Event.LIMITED, "429/a", "one", until=3.0)
    Book(file).add(line, safe=True)
    assert list(read(file)) == [line]
