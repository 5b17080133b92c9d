"""Fetching what a stranger's address points to: politely, within limits, and only from public hosts.

Each new connection passes `_open_socket`, after names were resolved and whatever redirected us: a name that
points inside, a rebinding one, a literal address and a redirect are refused at the same place.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from bot.domain.article import URL_CHARS_MAX
from bot.domain.feed import (
    AddressError,
    CertificateError,
    ConnectError,
    CredentialsError,
    FetchError,
    FetchTimeoutError,
    ForbiddenError,
    GoneForGoodError,
    HostError,
    NotFoundError,
    PortError,
    PrivateAddressError,
    ProtocolError,
    RateLimitedError,
    RedirectsError,
    StatusError,
    TooLargeError,
)
from bot.feeds.address import is_loopback, is_public
from bot.feeds.courtesy import Courtesy
from bot.feeds.headers import header_text, retry_after_s

CHUNK_BYTES = 64 * 1024
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/json;q=0.8, application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.7, */*;q=0.5"
)
# Mail, shells, databases and printers answer below 1024; a request to them could be made to speak their
# language. Above it publishers do run web servers (8080, 8443, 3000, …), and the address rule keeps our own
# network out.
PRIVILEGED_PORTS_ALLOWED = frozenset({80, 443})
PRIVILEGED_PORT_MAX = 1023

_OK = 200
_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})  # RFC 9110, sections 15.4.2 and 15.4.9
_STATUS_ERRORS: Mapping[int, type[StatusError]] = {
    401: ForbiddenError,
    403: ForbiddenError,
    404: NotFoundError,
    410: GoneForGoodError,
    429: RateLimitedError,
    451: ForbiddenError,
}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much of time, bytes and connections one fetch may use.

    `timeout_s` covers everything from the first look-up to the last byte, redirects included: a limit between
    two reads never ends a slow drip. It does not cover the wait for a turn: a host is asked by at most
    `connections_per_host_max` requests at once, which begin `host_gap_s` apart. `bytes_max` counts the body after
    decompression.
    """

    timeout_s: float = 20.0
    bytes_max: int = 5 * 1024 * 1024
    redirects_max: int = 5
    connections_max: int = 20
    connections_per_host_max: int = 2
    host_gap_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Validators:
    """What a publisher gave us to ask "has it changed?" with, sent back unread."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: `body` is None when the document has not changed.

    `permanent_url` is the address to use from now on, where every redirect on the way said that it is for
    good.
    """

    body: bytes | None
    final_url: str
    permanent_url: str | None
    content_type: str | None
    validators: Validators
    retry_after_s: int | None

    @property
    def not_modified(self) -> bool:
        """Whether the publisher said that nothing has changed."""
        return self.body is None


class _AddressRefusedError(OSError):
    """Raised inside the connector; one wording, so that a host's several refused addresses stay one error."""

    def __init__(self) -> None:
        super().__init__("address refused")


class Fetcher:
    """Fetches documents over one pool of connections; use it as an async context manager.

    Args:
        user_agent: what we call ourselves to publishers, with an address where they can read about us.
        limits: see `FetchLimits`.
        allow_loopback_ports: the only ports of this machine that may be asked (for the demo and the tests).
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: FetchLimits | None = None,
        allow_loopback_ports: frozenset[int] = frozenset(),
    ) -> None:
        self._user_agent = user_agent
        self._limits = limits or FetchLimits()
        self._allow_loopback_ports = allow_loopback_ports
        self._courtesy = Courtesy(at_once=self._limits.connections_per_host_max, gap_s=self._limits.host_gap_s)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        limits = self._limits
        connector = aiohttp.TCPConnector(
            limit=limits.connections_max,
            limit_per_host=limits.connections_per_host_max,
            socket_factory=self._open_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=limits.timeout_s),
            headers={"User-Agent": self._user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"},
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def fetch(self, url: str, *, validators: Validators | None = None) -> Fetched:
        """Return what stands at `url`, or that it has not changed since `validators` were given to us.

        Raises:
            FetchError: one of its classes, for everything that a host, a name server or a network can do to
            us.
        """
        here = self._checked(url, asked=url)
        host, port = here.host or "", here.port or 0
        try:
            async with (
                # A pause would spare nobody there.
                self._courtesy.turn(host, own=self._is_own(host, port) or is_nobodys(host)),
                asyncio.timeout(self._limits.timeout_s),
            ):
                return await self._follow(url, validators or Validators())
        except TimeoutError as error:
            raise FetchTimeoutError(url=url, timeout_s=round(self._limits.timeout_s)) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _as_fetch_error(error, url) from error

    async def _follow(self, url: str, validators: Validators) -> Fetched:
        if self._session is None:
            raise RuntimeError("use Fetcher as a context manager")
        here, permanent = self._checked(url, asked=url), True
        headers = _conditional(validators)
        for hop in range(self._limits.redirects_max + 1):
            async with self._session.get(here, headers=headers, allow_redirects=False) as response:
                target = _redirect_target(response)
                if target is None:
                    permanent_url = str(here) if hop and permanent else None
                    return await self._read(response, url, permanent_url=permanent_url, validators=validators)
                permanent = permanent and response.status in _PERMANENT
                here = self._checked(target, asked=url)
        raise RedirectsError(url=url, redirects_max=self._limits.redirects_max)

    async def _read(
        self, response: aiohttp.ClientResponse, url: str, *, permanent_url: str | None, validators: Validators
    ) -> Fetched:
        wait_s = retry_after_s(response.headers)
        asked_conditionally = validators != Validators()
        not_modified = response.status == _NOT_MODIFIED and asked_conditionally
        if response.status != _OK and not not_modified:
            kind = _STATUS_ERRORS.get(response.status, StatusError)
            raise kind(url=url, status=response.status, retry_after_s=wait_s)
        given = Validators(header_text(response.headers, "ETag"), header_text(response.headers, "Last-Modified"))
        return Fetched(
            body=None if not_modified else await self._read_body(response, url),
            final_url=str(response.url),
            permanent_url=permanent_url,
            content_type=header_text(response.headers, "Content-Type"),
            validators=validators if not_modified and given == Validators() else given,
            retry_after_s=wait_s,
        )

    async def _read_body(self, response: aiohttp.ClientResponse, url: str) -> bytes:
        bytes_max = self._limits.bytes_max
        # aiohttp hands out decompressed pieces of bounded size, so a bomb is noticed a piece after the limit.
        body = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            body += chunk
            if len(body) > bytes_max:
                response.close()
                raise TooLargeError(url=url, mebibytes=round(bytes_max / 1024 / 1024, 1))
        return bytes(body)

    def _checked(self, target: str | URL, *, asked: str) -> URL:
        url = web_address(target, asked=asked)
        port = url.port or 0
        if url.user is not None or url.password is not None:
            raise CredentialsError(url=asked)
        allowed = PRIVILEGED_PORTS_ALLOWED | self._allow_loopback_ports
        if port <= PRIVILEGED_PORT_MAX and port not in allowed:
            raise PortError(url=asked, port=port)
        return url

    def _open_socket(self, info: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, place = info
        host, port = str(place[0]), int(place[1])
        if not self._is_own(host, port) and not is_public(host):
            raise _AddressRefusedError
        return socket.socket(family=family, type=kind, proto=protocol)

    def _is_own(self, host: str, port: int) -> bool:
        return is_loopback(host) and port in self._allow_loopback_ports


def is_nobodys(host: str) -> bool:
    """Say whether a name is kept free for examples and tests, so that nobody ever answers there (RFC 6761, 6)."""
    return host.rpartition(".")[2].lower() in {"example", "invalid", "test"}


def web_address(target: str | URL, *, asked: str) -> URL:
    """Return an address as it is requested: ASCII, encoded where it has to be, without its fragment.

    Whatever is kept of an address is kept in this one spelling.

    Raises:
        AddressError: with `asked`, if it is none of the web, or longer than `URL_CHARS_MAX`.
    """
    try:
        url = URL(target).with_fragment(None)
        host, port = url.host, url.port
    except ValueError as error:
        raise AddressError(url=asked) from error
    if url.scheme not in {"http", "https"} or not host or not host.isprintable() or port is None:
        raise AddressError(url=asked)
    if url.raw_path == "/":
        url = url.with_path("/", keep_query=True)  # with and without the slash is one address
    if len(str(url)) > URL_CHARS_MAX:
        raise AddressError(url=asked)
    return url


def _conditional(validators: Validators) -> dict[str, str]:
    headers: dict[str, str] = {}
    if validators.etag is not None:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified is not None:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _redirect_target(response: aiohttp.ClientResponse) -> URL | None:
    location = response.headers.get("Location")
    if response.status not in _REDIRECTS or location is None:
        return None
    return response.url.join(URL(location))


def _as_fetch_error(error: Exception, url: str) -> FetchError:
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return CertificateError(url=url)
        case aiohttp.ClientConnectorDNSError():
            return HostError(url=url, host=error.host)
        case aiohttp.ClientConnectorError() if isinstance(error.os_error, _AddressRefusedError):
            return PrivateAddressError(url=url)
        case aiohttp.InvalidURL():
            return AddressError(url=url)
        case aiohttp.ClientPayloadError() | aiohttp.ClientResponseError() | ValueError():
            return ProtocolError(url=url)
        case _:
            return ConnectError(url=url)
