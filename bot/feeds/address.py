"""Which addresses may be connected to: public unicast only.

`ipaddress.is_global` is not enough: in Python 3.11 it calls multicast, 6to4 relays and IPv4 wrapped in IPv6
global. The tables follow the IANA special-purpose address registries (iana-ipv4-special-registry and
iana-ipv6-special-registry).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_IPV4_REFUSED: tuple[IPv4Network, ...] = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own, and Alibaba Cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # public by its number, but Azure's host agent by its use
        "169.254.0.0/16",  # link-local: the clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, and Oracle Cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

# Only this eighth of IPv6 is handed out as public unicast: all that lies outside is refused without being
# listed.
_IPV6_UNICAST = IPv6Network("2000::/3")
_IPV6_REFUSED: tuple[IPv6Network, ...] = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo (which wraps IPv4), ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: how IPv6-only hosts reach IPv4, so it is judged by what it wraps
_IPV4_BITS = 0xFFFF_FFFF


def is_public(address: str) -> bool:
    """Tell whether `address`, a literal IPv4 or IPv6 address, may be connected to.

    IPv4 inside IPv6 (mapped, NAT64, 6to4) is judged by the IPv4 address; Teredo and IPv4-compatible addresses
    are always refused. What is no address at all is refused too.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        wrapped = _wrapped_ipv4(parsed)
        if wrapped is None:
            return parsed in _IPV6_UNICAST and not any(parsed in block for block in _IPV6_REFUSED)
        parsed = wrapped
    return not any(parsed in block for block in _IPV4_REFUSED)


def is_loopback(address: str) -> bool:
    """Tell whether `address` is this machine itself; a wrapped loopback address is not let pass as one."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _wrapped_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & _IPV4_BITS)
    return address.sixtofour
