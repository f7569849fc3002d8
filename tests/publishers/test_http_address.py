"""Which addresses are inside: the registries' special ranges, and what hides them."""

from __future__ import annotations

import ipaddress

import pytest

from publishers.errors import Permanent
from publishers.http.address import public, refuse_inside, resolve

# RFC 6890 and the registries it points to; the metadata services of the large clouds.
INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254
169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.168.0.1 198.18.0.1
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 fc00::1 fd00:ec2::254 fe80::1 ff02::1 2001:db8::1 100::1 2001:10::1
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 2002:7f00:1:: 2002:a00:1::
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2001:0:0:0:0:0:80ff:fffe 64:ff9b:1::1
""".split()
OUTSIDE = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
169.253.255.255 172.15.255.255 172.32.0.0 192.167.255.255 193.0.0.1 198.17.255.255 198.20.0.0
223.255.255.255 2606:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 2002:808:808:: 64:ff9b::808:808
""".split()


@pytest.mark.parametrize("text", INSIDE)
def test_it_is_inside(text: str) -> None:
    assert not public(ipaddress.ip_address(text))
    with pytest.raises(Permanent) as refused:
        refuse_inside("example.org", text)
    assert (refused.value.code, refused.value.field) == ("address.inside", "settings")
    assert text in str(refused.value)


@pytest.mark.parametrize("text", OUTSIDE)
def test_it_is_outside(text: str) -> None:
    assert public(ipaddress.ip_address(text))
    refuse_inside("example.org", text)


def test_a_scope_does_not_hide_an_address() -> None:
    with pytest.raises(Permanent):
        refuse_inside("example.org", "fe80::1%eth0")


@pytest.mark.parametrize(
    "spelling", ["127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "localhost", "LOCALHOST"]
)
def test_other_spellings_of_this_machine_are_seen_through(spelling: str) -> None:
    with pytest.raises(Permanent) as refused:
        resolve(spelling, 443, local=False)
    assert refused.value.code == "address.inside"


def test_a_local_account_may_use_them() -> None:
    assert ("127.0.0.1", 80) in resolve("localhost", 80, local=True)
