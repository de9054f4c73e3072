"""What an HTTP server of Cairn lets strangers do: how many connections, how slowly, how large."""

import ipaddress
import resource
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.core.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# A burst may go so far beyond the number of connections before anybody is refused.
BURST = 4
# Of the files that the process may hold open, connections get a third, in a burst half: the database and the
# platforms need the rest.
DESCRIPTOR_SHARE, BURST_SHARE = 3, 2
# Enough for every burst; beyond that the kernel's memory is what is used up.
MAX_FILES = 16_384
MAX_BACKLOG = 128
MIN_BACKLOG = 8
# The smallest network that one IPv6 customer gets: whoever has it can use any of its addresses.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """The limits of one server. All times are in seconds.

    `connections` counts all that are open for longer than a moment. `per_address` counts those of one address
    that have not sent a whole request; of a trusted proxy's clients it counts the requests in progress.
    `head_seconds`: for the request line and headers. `body_seconds`: for the body. `idle_seconds`: without
    a request. `send_seconds`: in which a client has to take some of its answer.
    `trusted_proxies`: whose `X-Forwarded-For` is believed; empty means nobody's.
    """

    connections: int = 512
    per_address: int = 128
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    # Longer than reverse proxies keep idle connections (60 s in nginx and most load balancers), so that they
    # close them first and never send into a connection that is being closed.
    idle_seconds: float = 75.0
    send_seconds: float = 20.0
    trusted_proxies: tuple[Network, ...] = ()

    def count_connections(self) -> int:
        """Returns how many connections may be open: fewer where the process may hold few files open."""
        return max(1, min(self.connections, count_descriptors() // DESCRIPTOR_SHARE))

    def count_burst(self) -> int:
        """Returns how many connections may be open for a moment."""
        return max(1, min(BURST * self.connections, count_descriptors() // BURST_SHARE))

    def trusts(self, address: str) -> bool:
        found = parse_address(address)
        return found is not None and any(found in one for one in self.trusted_proxies)


def count_descriptors() -> int:
    """Returns how many files the process may hold open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if soft == resource.RLIM_INFINITY else soft


def raise_descriptors() -> None:
    """Lets the process hold as many files open as it may decide by itself: the usual limit of 1,024 is there
    for programs that use `select`, which nothing here does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def count_backlog() -> int:
    """Returns how many connections are accepted at once: all of them need a descriptor before any of them can
    be refused."""
    return max(MIN_BACKLOG, min(MAX_BACKLOG, count_descriptors() // MIN_BACKLOG))


def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Returns the address, an IPv4 one in IPv6's clothes as IPv4; None for anything else."""
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def group_address(text: str) -> str:
    """Returns the name under which an address is counted: an IPv6 one by its network."""
    found = parse_address(text)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))
    return text if found is None else str(found)


def parse_networks(text: str) -> tuple[Network, ...]:
    """Returns the networks of a setting, with commas between them. Raises SettingsError for anything else."""
    try:
        return tuple(
            ipaddress.ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip()
        )
    except ValueError:
        raise SettingsError(
            "CAIRN_TRUSTED_PROXIES takes addresses or networks. Write it like 10.0.0.5,172.16.0.0/12"
        ) from None


def find_client(peer: str, forwarded: Sequence[str], limits: HttpLimits) -> str:
    """Returns the address of the client that a trusted proxy speaks for, or the peer's own.

    `forwarded` holds the values of `X-Forwarded-For`. Each proxy adds at the end whom it heard, so the last
    address that is no trusted proxy is the client: whatever stands before it may be invented.
    """
    client = peer
    for one in reversed([part for value in forwarded for part in value.split(",")]):
        if not limits.trusts(client):
            break
        if parse_address(one) is None:
            break
        client = one.strip()
    return client
