"""Which addresses may be connected to."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.address import is_loopback, is_public

PRIVATE_BLOCKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]

private_ipv4 = st.sampled_from([block for block in PRIVATE_BLOCKS if ":" not in block]).flatmap(
    lambda block: st.ip_addresses(v=4, network=block)
)


@given(st.sampled_from(PRIVATE_BLOCKS).flatmap(lambda block: st.ip_addresses(network=ip_network(block))))
def test_no_address_of_a_private_or_special_block_is_public(address):
    assert not is_public(str(address))


@given(private_ipv4)
def test_a_private_ipv4_address_is_seen_through_every_wrapping(address: IPv4Address):
    number = int(address)
    wrapped = [
        IPv6Address(0xFFFF << 32 | number),  # ::ffff:a.b.c.d
        IPv6Address(number),  # ::a.b.c.d
        IPv6Address(int(IPv6Address("64:ff9b::")) | number),  # NAT64
        IPv6Address(0x2002 << 112 | number << 80 | 1),  # 6to4
        IPv6Address(0x2001 << 112 | 0x0A0A0A0A << 64 | number ^ 0xFFFFFFFF),  # Teredo, whose client is inverted
    ]
    assert not any(is_public(str(each)) for each in wrapped)


@given(st.ip_addresses())
def test_what_is_public_is_what_python_calls_global_and_never_multicast(address):
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.216.34",
        "100.63.255.255",
        "172.15.0.1",
        "172.32.0.1",
        "198.20.0.1",
        "223.255.255.254",
        "2606:4700::1111",
        "2a00:1450:4001:81b::200e",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ],
)
def test_ordinary_publishers_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("nonsense", ["", "localhost", "example.org", "1.2.3", "0x7f.1", "fe80::1%eth0", "::1%lo"])
def test_what_is_no_public_literal_address_is_refused(nonsense):
    assert not is_public(nonsense)


def test_azures_host_agent_is_refused_although_its_number_is_public():
    assert not is_public("168.63.129.16")


def test_loopback_is_told_from_other_addresses():
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("10.0.0.1")
    assert not is_loopback("localhost")
