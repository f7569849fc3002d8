"""What a person named on the command line, among what is planned.

A name that stands in nothing planned and in no register is refused: a mistyped society must not
look like one with nothing to do, least of all in a stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from clarion.errors import ClarionError
from clarion.wiring import Studio
from scheduler.delivery import Delivery, Entry
from scheduler.ledger import Filter, Scope

_NAMED: dict[Scope, Callable[[Delivery], str]] = {
    Scope.CAMPAIGN: lambda delivery: delivery.campaign,
    Scope.SOCIETY: lambda delivery: delivery.society,
    Scope.LOCALE: lambda delivery: delivery.locale,
    Scope.CHANNEL: lambda delivery: delivery.account,
}


def chosen_entries(
    studio: Studio, societies: Sequence[str], campaigns: Sequence[str]
) -> list[Entry]:
    """The ledger's entries of these societies and campaigns; of all where none is named."""
    entries = studio.ledger.entries()
    require_known(studio, entries, Scope.SOCIETY, societies)
    require_known(studio, entries, Scope.CAMPAIGN, campaigns)
    return [
        entry
        for entry in entries
        if (not societies or entry.delivery.society in societies)
        and (not campaigns or entry.delivery.campaign in campaigns)
    ]


def full_ids(entries: Iterable[Entry], beginnings: Iterable[str]) -> list[str]:
    """Each delivery's id from its first letters. What begins no id stays as it is, for the ledger
    to refuse; what begins several is a :class:`ClarionError`."""
    ids = [entry.id for entry in entries]
    return [_full_id(ids, beginning) for beginning in beginnings]


def require_known(
    studio: Studio, entries: Iterable[Entry], scope: Scope, names: Sequence[str]
) -> None:
    """Raise :class:`ClarionError` for a name that is neither planned nor registered.

    The registers are only read for a name that is not planned, so a stop works while they are
    broken.
    """
    known = {_NAMED[scope](entry.delivery) for entry in entries}
    if set(names) <= known:
        return
    known |= _registered(studio, scope)
    for name in names:
        if name not in known:
            raise ClarionError(
                f"there is no {scope} '{name}'; known are {', '.join(sorted(known))}"
            )


def covered_by(scope: Scope, value: str) -> Filter:
    """The entries a stop with this scope and value covers."""
    match scope:
        case Scope.CAMPAIGN:
            return Filter(campaign=value)
        case Scope.SOCIETY:
            return Filter(society=value)
        case Scope.LOCALE:
            return Filter(locale=value)
        case Scope.CHANNEL:
            return Filter(account=value)
    return Filter()


def _full_id(ids: Sequence[str], beginning: str) -> str:
    found = [name for name in ids if name.startswith(beginning)]
    if len(found) > 1:
        raise ClarionError(
            f"'{beginning}' is the start of {len(found)} deliveries; write more of its letters"
        )
    return found[0] if found else beginning


def _registered(studio: Studio, scope: Scope) -> set[str]:
    societies = studio.library.societies.values()
    match scope:
        case Scope.CAMPAIGN:
            return set(studio.library.campaign_ids())
        case Scope.SOCIETY:
            return {society.id for society in societies}
        case Scope.LOCALE:
            return {locale for society in societies for locale in society.locales}
    return {f"{society.id}/{channel.id}" for society in societies for channel in society.channels}
