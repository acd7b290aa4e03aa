"""Which network a request comes from: its prefix, for the door's counts in memory. No address goes any further, and none is written."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aiohttp import web

from bot.settings import listed

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
FORWARDED: Final = "X-Forwarded-For"
_MOST_HOPS: Final = 20


def trusted(setting: str) -> list[Network]:
    """Return the networks that a setting names."""
    return [ip_network(network) for network in listed(setting)]


def origin(request: web.Request, proxies: Sequence[Network]) -> Address | None:
    """Return where a request comes from; None when nobody can say, as behind an onion address.

    What a proxy of ours says of it counts, from the end on: what stands before was written by whoever asked.
    """
    told = [part.strip() for header in request.headers.getall(FORWARDED, []) for part in header.split(",")]
    for one in [request.remote or "", *reversed(told[-_MOST_HOPS:])]:
        address = _address(one)
        if address is None:
            return None
        if not any(address in network for network in proxies if network.version == address.version):
            return address
    return None


def prefix(address: Address, *, v4: int, v6: int) -> bytes:
    """Return the first bits of an address, as many as networks of its kind are counted by."""
    bits = v4 if address.version == 4 else v6
    return bytes([address.version, bits]) + (int(address) >> (address.max_prefixlen - bits)).to_bytes(16)


def _address(text: str) -> Address | None:
    if text.startswith("["):  # an address of version 6 with its port
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
