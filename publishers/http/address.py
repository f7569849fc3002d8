"""Which addresses a publisher may connect to.

The address of a server is typed in by somebody. A name that leads into our own network would turn
a post, with its token, into a request to a machine that was never meant to hear from us: a router,
a database, the metadata service of a cloud. So a name is resolved once, every address it stands
for is looked at, and the connection goes to one of exactly those.
"""

from __future__ import annotations

import ipaddress
import socket

from publishers.errors import Permanent, Transient

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not marked private in every release of the registry that Python carries.
_OURS = tuple(
    ipaddress.ip_network(text)
    for text in ("100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "fd00:ec2::/32")
)


def resolve(host: str, port: int, *, local: bool) -> list[tuple[str, int]]:
    """The addresses that `host` stands for, in the order to try them.

    Permanent when one of them is inside our own network and the account is not marked local,
    Transient when the name is not known at the moment.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Transient(f"{host}: the name cannot be looked up", scope="host") from None
    addresses = list(dict.fromkeys((str(entry[4][0]), port) for entry in found))
    if not local:
        for address, _ in addresses:
            refuse_inside(host, address)
    return addresses


def refuse_inside(host: str, address: str) -> None:
    """Permanent when this address is not one of the public internet."""
    if not public(ipaddress.ip_address(address.partition("%")[0])):
        text = (
            f"{host}: stands for {address}, which is not a public address; "
            "if it is a server of your own, give the channel the setting 'local: \"yes\"'"
        )
        raise Permanent(text, code="address.inside", field="settings")


def public(address: Address) -> bool:
    """Whether this is an address of the public internet, whatever it is wrapped in."""
    inner = _unwrapped(address)
    if inner is not None:
        return public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _OURS if network.version == address.version)
    )


def _unwrapped(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv6 one: mapped, 6to4, Teredo, NAT64 (RFC 6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
