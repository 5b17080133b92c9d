"""Pictures in messages: those that are uploaded with one, and those that options bring as addresses."""

from collections.abc import Sequence
from typing import Any

from discord import MediaGalleryItem, ui
from yarl import URL

from bot.domain.poll.poll import Option, Poll
from bot.domain.wording import cut
from bot.edge.markdown import fit
from bot.edge.publish import Picture
from bot.render.poll_words import label_of
from bot.text import text

GALLERY_MAX = 10  # Discord docs, components reference, media gallery: "items"
ADDRESS_CHARS_MAX = 2_048  # Discord docs, components reference, unfurled media item
ALT_CHARS_MAX = 256  # Discord docs, media gallery item, "description" allows 1,024; a headline is enough
# What names the pictures of a gallery takes at most of a message's text: ten names and what stands between them.
CAPTION_CHARS_MAX = 300
_NAME_CHARS_MAX = 25


def uploaded(picture: Picture) -> ui.MediaGallery[Any]:
    """Return a picture that is uploaded with its message, as the message shows it."""
    return ui.MediaGallery(MediaGalleryItem(picture.address, description=picture.description))


def pictured(options: Sequence[Option]) -> Sequence[Option]:
    """Return those options that have a picture which can be shown, as many as stand in one gallery."""
    return [option for option in options if picture_address(option.picture_url) is not None][:GALLERY_MAX]


def gallery_of(poll: Poll, options: Sequence[Option], language: str) -> ui.MediaGallery[Any] | None:
    """Return the pictures of options, each with its option's label as alternative text; None where none has one."""
    items = [
        MediaGalleryItem(address, description=cut(label_of(poll, option.number, language), ALT_CHARS_MAX))
        for option in pictured(options)
        if (address := picture_address(option.picture_url)) is not None
    ]
    return ui.MediaGallery(*items) if items else None


def caption_of(poll: Poll, options: Sequence[Option], language: str) -> str:
    """Return whose pictures stand in a gallery, in their order: Discord shows alternative text to few."""
    names = " · ".join(fit(label_of(poll, option.number, language), _NAME_CHARS_MAX) for option in pictured(options))
    return f"-# {text('vote.pictures', language, names=names)}" if names else ""


def picture_address(address: str | None) -> str | None:
    """Return an address as Discord takes it for a picture; None for one that it would refuse, and the message with it.

    What is written in other letters is encoded as browsers do.
    """
    if address is None or any(char.isspace() for char in address):
        return None
    try:
        url = URL(address)
        shown = address if address.isascii() else str(url)
    except ValueError:
        return None
    has_host = url.scheme in {"http", "https"} and bool(url.host)
    return shown if has_host and shown.isascii() and len(shown) <= ADDRESS_CHARS_MAX else None
