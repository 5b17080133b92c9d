"""What can go wrong between a publisher's address and its articles.

Every error carries `url`, the address that was asked for; further parameters stand with each class. The
messages give the reason only: who shows several feeds names each before its reason.
"""

from bot.domain.errors import PaddockError


class FeedError(PaddockError):
    """A feed or a page gives no articles. Params: url."""

    message_id = "feeds.error.unreadable"


class FetchError(FeedError):
    """It could not be fetched. Params: url."""

    message_id = "feeds.error.connect"

    @property
    def retry_after_s(self) -> int | None:
        """Seconds the publisher wants to be left alone, where it said so."""
        seconds = self.params.get("retry_after_s")
        return seconds if isinstance(seconds, int) else None


class AddressError(FetchError):
    """Not an address of the web: another scheme, no host, or no address at all."""

    message_id = "feeds.error.address"


class CredentialsError(FetchError):
    """The address holds a user name or a password, which would be shown to everybody who sees the source."""

    message_id = "feeds.error.credentials"


class PortError(FetchError):
    """A port on which no web server is found. Params: port."""

    message_id = "feeds.error.port"


class PrivateAddressError(FetchError):
    """The host lies in a private network, or is this machine."""

    message_id = "feeds.error.private"


class ConnectError(FetchError):
    """No connection, or one that broke off."""

    message_id = "feeds.error.connect"


class HostError(FetchError):
    """There is no such host. Params: host."""

    message_id = "feeds.error.host"


class CertificateError(FetchError):
    """The server's certificate does not prove that it is who it says."""

    message_id = "feeds.error.certificate"


class ProtocolError(FetchError):
    """The answer breaks the rules of HTTP or of its compression."""

    message_id = "feeds.error.protocol"


class FetchTimeoutError(FetchError):
    """It took too long. Params: timeout_s."""

    message_id = "feeds.error.timeout"


class TooLargeError(FetchError):
    """The body is larger than we read. Params: mebibytes (the limit)."""

    message_id = "feeds.error.too_large"


class RedirectsError(FetchError):
    """Redirected too often. Params: redirects_max."""

    message_id = "feeds.error.redirects"


class StatusError(FetchError):
    """Any other answer than the document. Params: status, retry_after_s (or None)."""

    message_id = "feeds.error.status"


class NotFoundError(StatusError):
    """Nothing stands at the address (404)."""

    message_id = "feeds.error.not_found"


class GoneForGoodError(StatusError):
    """The publisher has taken it down for good (410): it need not be asked again."""

    message_id = "feeds.error.gone"


class ForbiddenError(StatusError):
    """The publisher does not let us read it (401, 403, 451)."""

    message_id = "feeds.error.forbidden"


class RateLimitedError(StatusError):
    """The publisher asks to be left alone for a while (429)."""

    message_id = "feeds.error.rate_limited"


class UnreadableError(FeedError):
    """It was fetched, but is not what we read. Params: url."""

    message_id = "feeds.error.unreadable"


class EmptyDocumentError(UnreadableError):
    """There is nothing in it."""

    message_id = "feeds.error.empty"


class WebPageError(UnreadableError):
    """A page for people where a feed was expected."""

    message_id = "feeds.error.web_page"


class NotAFeedError(UnreadableError):
    """Neither RSS nor Atom nor RDF nor JSON Feed."""

    message_id = "feeds.error.not_a_feed"


class EntitiesError(UnreadableError):
    """It declares entities of its own, by which a few bytes can grow into gigabytes."""

    message_id = "feeds.error.entities"


class NoArticleError(UnreadableError):
    """No article's text was found on the page."""

    message_id = "feeds.error.no_article"


class ParseTimeoutError(UnreadableError):
    """Parsing took so long that it was ended. Params: timeout_s."""

    message_id = "feeds.error.parse_timeout"


class ParserFailedError(UnreadableError):
    """The parser broke on it, or needed more memory than it may have."""

    message_id = "feeds.error.parser_failed"
