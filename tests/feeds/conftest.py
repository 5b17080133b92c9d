from collections.abc import AsyncIterator

import pytest

from bot.feeds.fetch import Fetcher, FetchLimits
from tests.feeds.publisher import AGENT, Publisher

MIB = 1024 * 1024


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    async with publisher.server:
        yield publisher


@pytest.fixture
async def secret() -> AsyncIterator[Publisher]:
    """A server on this machine that must never be asked."""
    publisher = Publisher()
    async with publisher.server:
        yield publisher
        assert publisher.asked == []


@pytest.fixture
async def fetcher(publisher) -> AsyncIterator[Fetcher]:
    limits = FetchLimits(timeout_s=5.0, bytes_max=MIB, redirects_max=3)
    ports = frozenset({publisher.server.port})
    async with Fetcher(user_agent=AGENT, limits=limits, allow_loopback_ports=ports) as fetcher:
        yield fetcher
