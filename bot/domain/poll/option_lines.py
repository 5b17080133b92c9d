"""Options as they are typed, one a line: an emoji in front, the words, and at the end a link, a picture or both.

``🚗 Mazda RX-Vision https://example.com/story https://example.com/rx.jpg``: an address whose path ends as pictures' do
is the picture, any other one the link. What `write_options` writes `read_options` reads again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import regex

from bot.domain.errors import PaddockError
from bot.domain.poll.poll import Option
from bot.domain.wording import clean

# Discord docs, reference, "image formatting"; what its clients show in a gallery.
PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")
ADDRESS_CHARS_MAX = 512  # Discord docs, components reference, link button: "url"

# Discord docs, reference, "Message Formatting": custom emoji. A name has 2 to 32 characters.
_CUSTOM = r"<a?:\w{2,32}:[0-9]{15,20}>"
# Flags, keycaps, and what is drawn in colour by itself or because U+FE0F or a tone of skin asks for it, alone or joined
# to others (Unicode Technical Standard 51, "Emoji"). "™" and "7" alone are words.
_JOINED = r"(?:\u200D\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)*"
_DRAWN = (
    r"\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|"
    r"(?:\p{Emoji_Presentation}\p{Emoji_Modifier}?|\p{Extended_Pictographic}(?:\uFE0F\p{Emoji_Modifier}?|\p{Emoji_Modifier}))"
    rf"(?:[\U000E0020-\U000E007F]+|{_JOINED})"
)
_EMOJI = regex.compile(rf"{_CUSTOM}|{_DRAWN}")
EMOJI_CHARS_MAX = 64  # longer ones are no single emoji
_ADDRESS = regex.compile(r"(?:^|\s)<?(https?://[^\s<>]+)>?$", regex.IGNORECASE)
# How people write a list: "- a", "• a", "・a", "1. a", "2) a", "③ a".
_LISTED = regex.compile(r"\s*(?:[-*+•‣–]\s+|[・●○▪]\s*|[0-9]{1,3}[.)]\s+|[0-9０-９]{1,3}[．）、]\s*|[①-⑳]\s*)(?=\S)")
_LINES = regex.compile(r"[\n\r\f\v\x85\u2028\u2029]+")


class AddressesError(PaddockError):
    """An option has two links, or two pictures. Params: option."""

    message_id = "poll_make.error.addresses"


class AddressLongError(PaddockError):
    """An address is longer than Discord takes. Params: option, limit."""

    message_id = "poll_make.error.address_long"


def read_options(lines: Iterable[str]) -> tuple[Option, ...]:
    """Return an option for each line that is not empty, numbered from 1.

    Raises:
        AddressesError, AddressLongError: naming the option.
    """
    read = filter(None, map(_option, lines))
    return tuple(replace(option, number=number) for number, option in enumerate(read, 1))


def write_options(options: Sequence[Option]) -> str:
    """Return options as `read_options` takes them, one a line."""
    return "\n".join(
        " ".join(filter(None, (option.emoji, option.label, option.url, option.picture_url))) for option in options
    )


def lines_of(typed: str) -> list[str]:
    """Return the lines of a form's box."""
    return _LINES.split(typed)


def pieces_of(typed: str) -> list[str]:
    """Return what stands in a single line for several options: parted by "|", else by line breaks, else by commas.

    Where there is a "|" a comma belongs to an option: "Seat, Spain | Skoda".
    """
    for mark in (r"[|｜]", _LINES.pattern, r",\s|[、，;；]", ","):
        pieces = [piece.strip() for piece in regex.split(mark, typed)]
        if len(pieces) > 1:
            return pieces
    return [typed.strip()]


def question_and_list(written: str) -> tuple[str, str]:
    """Return what a message asks, and the options that a list in it gives, one a line; the latter may be empty.

    The first list counts: lines that begin with the same kind of mark and stand together. What stands around it is the
    question.
    """
    lines = lines_of(written)
    listed = [bool(_LISTED.match(line)) for line in lines]
    start = next((at for at, (now, then) in enumerate(pairwise(listed)) if now and then), None)
    if start is None:
        return clean(written), ""
    end = next((at for at in range(start, len(lines)) if not listed[at]), len(lines))
    options = [clean(_LISTED.sub("", line, count=1)) for line in lines[start:end]]
    around = clean(" ".join([*lines[:start], *lines[end:]]))
    return around, "\n".join(filter(None, options))


def _option(line: str) -> Option | None:
    """Return the option of a line, not numbered yet; None for an empty one."""
    rest = clean(line)
    if not rest:
        return None
    label, addresses = rest, list[str]()
    while (found := _ADDRESS.search(label)) is not None:
        addresses.append(found[1])
        label = label[: found.start()].rstrip()
    emoji = _EMOJI.match(label)
    if emoji is not None and len(emoji[0]) > EMOJI_CHARS_MAX:
        emoji = None
    if not label:
        return Option(0, rest)  # an address alone is what can be chosen
    words = label[emoji.end() :].strip() if emoji else label
    return Option(
        number=0,
        label=words or label,  # and so is a thumb alone
        emoji=emoji[0] if emoji and words else None,
        url=_only((address for address in addresses if not _is_picture(address)), words or label),
        picture_url=_only((address for address in addresses if _is_picture(address)), words or label),
    )


def _only(addresses: Iterable[str], label: str) -> str | None:
    found = list(addresses)
    if len(found) > 1:
        raise AddressesError(option=label)
    if found and len(found[0]) > ADDRESS_CHARS_MAX:
        raise AddressLongError(option=label, limit=ADDRESS_CHARS_MAX)
    return found[0] if found else None


def _is_picture(address: str) -> bool:
    path = address.partition("?")[0].partition("#")[0]
    return path.lower().endswith(PICTURE_ENDINGS)
