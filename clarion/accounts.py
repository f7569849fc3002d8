"""The accounts of a plan, asked without side effect whether they can be used."""

from __future__ import annotations

from dataclasses import dataclass

from clarion.wiring import Studio
from publishers.errors import PublisherError, Transient
from publishers.port import Publisher
from scheduler.delivery import Delivery


@dataclass(frozen=True)
class Account:
    """An account, ``society/channel``, and its publisher or why there is none."""

    name: str
    made: Publisher | None
    why: str = ""

    def trouble(self) -> tuple[str, bool]:
        """What is wrong with it, empty when it can be used; and whether that is sure.

        May take as long as the platform takes to answer.
        """
        if self.made is None:
            return self.why, True
        try:
            self.made.verify()
        except Transient as error:
            return str(error), False
        except PublisherError as error:
            return str(error), True
        except Exception as error:  # noqa: BLE001  a publisher from elsewhere may do anything
            return f"unexpected {type(error).__name__}: this is a bug", True
        return "", True


def account(studio: Studio, delivery: Delivery) -> Account:
    """The account that a delivery goes to."""
    try:
        return Account(delivery.account, studio.publisher_for(delivery))
    except PublisherError as error:
        return Account(delivery.account, None, str(error))
