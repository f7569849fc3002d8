"""The account of a runner on the virtual platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from publishers.errors import AuthExpired, Permanent, Transient, Unknown
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Post,
    Prepared,
    Receipt,
    WithoutUploads,
)
from tests.simulation.events import Answered, LookedUp, Sent
from tests.simulation.platform import LAG, PATIENCE, RETRY_AFTER, WITHIN, Fault, Live, Look
from tests.simulation.remembering import listed
from tests.simulation.scene import KIND, frozen
from tests.simulation.world import World

SURE = frozenset({Fault.LIMITED, Fault.REFUSED, Fault.EXPIRED})
"""After these its sender knows that nothing came of a request."""
SILENT = frozenset({Fault.LOST_ANSWER, Fault.LOST_REQUEST, Fault.HANG})
"""These end when its sender loses patience."""


class VirtualPublisher(WithoutUploads):
    """See :class:`publishers.port.Publisher`; ``fence`` says under which its owner may send."""

    kind = KIND

    def __init__(self, world: World, owner: str, fence: Callable[[], int]) -> None:
        self._world = world
        self._owner = owner
        self._fence = fence
        self._class = world.platform.idempotency

    def capabilities(self) -> Capabilities:
        """See :meth:`publishers.port.Publisher.capabilities`."""
        return Capabilities(
            text_limit=None,
            text_counter="characters",
            max_pictures=None,
            media_types=frozenset(),
            max_bytes=None,
            alt_limit=None,
            idempotency=self._class,
            settle_seconds=(WITHIN + LAG).total_seconds(),
            can_find=self._class is Idempotency.READBACK,
        )

    def verify(self) -> str:
        """See :meth:`publishers.port.Publisher.verify`."""
        return "an account in virtual time"

    def validate(self, post: Post) -> list[Finding]:
        """See :meth:`publishers.port.Publisher.validate`."""
        return []

    def prepare(self, post: Post) -> Prepared:
        """See :meth:`publishers.port.Publisher.prepare`."""
        return frozen(post.key, post.text)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """See :meth:`publishers.port.Publisher.publish`."""
        world = self._world
        fault = world.choose(Fault)
        if fault is Fault.UNREACHABLE:
            raise Transient("the connection was refused", scope="host")
        sent = world.time.true
        number = self._send(prepared, fault)
        world.step("on the wire")
        world.advance(sent + (PATIENCE if fault in SILENT else timedelta()))
        if fault in SURE:
            world.see(Answered(prepared.key, number))
        world.step("answered")
        return self._answer(prepared, number, fault)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        """See :meth:`publishers.port.Publisher.find`."""
        world = self._world
        look = world.choose(Look)
        world.see(LookedUp(prepared.key, look is Look.ANSWERED))
        if look is Look.BUSY:
            raise Transient("too many look-ups", retry_after=RETRY_AFTER.total_seconds())
        if look is Look.CANNOT_TELL:
            return CannotTell("the list of posts cannot be read")
        post = world.platform.visible(prepared.digest, world.time.true)
        return Absent() if post is None else Found(self._receipt(post, prepared))

    def delete(self, receipt: Receipt) -> None:
        """Nothing here takes a post back."""
        raise NotImplementedError

    def _send(self, prepared: Prepared, fault: Fault) -> int:
        world, fence = self._world, self._fence()
        now = world.time.true
        world.platform = world.platform.send(prepared.key, prepared.digest, fault, now)
        number = world.platform.requests
        lines = listed(world.ledger.lines)
        intents = sum(line.event == "intent" and line.fence == fence for line in lines)
        name = world.scene.one.id
        world.see(
            Sent(
                self._owner, name, number, fence, prepared.digest, prepared.key, now,
                world.row, intents,
            )
        )  # fmt: skip
        return number

    def _answer(self, prepared: Prepared, number: int, fault: Fault) -> Receipt:
        if fault is Fault.LIMITED:
            raise Transient("slow down", retry_after=RETRY_AFTER.total_seconds())
        if fault is Fault.REFUSED:
            raise Permanent("this may not be posted", code="refused")
        if fault is Fault.EXPIRED:
            raise AuthExpired("the account has to be connected anew")
        if fault is not Fault.NONE:
            raise Unknown("no answer that can be understood", phase="answer")
        posts = self._world.platform.of(prepared.key)
        post = next((one for one in posts if one.request == number), posts[0])
        return self._receipt(post, prepared)

    def _receipt(self, post: Live, prepared: Prepared) -> Receipt:
        echoed = {"text": prepared.request["text"]}
        return Receipt(post.id, f"virtual:{post.id}", post.at, echoed)
