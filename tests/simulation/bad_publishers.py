"""Publishers with one bug each: the honest one, behind a wrapper that misbehaves so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from publishers.errors import Permanent, Transient, Unknown
from publishers.port import Absent, CannotTell, Capabilities, Found, Idempotency, Prepared, Receipt
from tests.simulation.platform import LAG


class Publisher:
    """The honest one; each bug changes one of its methods."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class TimeoutIsFailure(Publisher):
    """No answer counts as no post."""

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            return self.real.publish(prepared, now)
        except Unknown as error:
            raise Transient(str(error)) from error


class TimeoutIsRefusal(Publisher):
    """No answer counts as a no."""

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            return self.real.publish(prepared, now)
        except Unknown as error:
            raise Permanent(str(error), code="refused") from error


class TroubleIsFinal(Publisher):
    """A platform that asks to wait is taken to have refused."""

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            return self.real.publish(prepared, now)
        except Transient as error:
            raise Permanent(str(error), code="refused") from error


class Impatient(Publisher):
    """Says that a post can be read back sooner than it can."""

    def capabilities(self) -> Capabilities:
        return replace(self.real.capabilities(), settle_seconds=LAG.total_seconds() / 2)


class BoastsOfKeys(Publisher):
    """Says that the platform knows keys; it does not."""

    def capabilities(self) -> Capabilities:
        return replace(self.real.capabilities(), idempotency=Idempotency.NATIVE, can_find=False)


class AnotherKey(Publisher):
    """A repeat goes out under a key of its own."""

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        key = f"{prepared.key}-{now:%H%M%S}"
        return self.real.publish(Prepared.of(key, prepared.kind, prepared.request), now)


class DoubtIsAbsence(Publisher):
    """A look-up that cannot tell says that it is not there."""

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        found = self.real.find(prepared)
        return Absent() if isinstance(found, CannotTell) else found


class Twice(Publisher):
    """Sends again by itself when no answer comes."""

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        try:
            return self.real.publish(prepared, now)
        except Unknown:
            return self.real.publish(prepared, now)
