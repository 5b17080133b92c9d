"""Messages as plain text: what a person would read aloud from the screen.

Works on the payloads of Discord's API (message object, components reference), so that content, embeds,
Components V2 and polls all become lines of text, for the transcript of a simulated day and for tests.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any, cast

from babel.dates import format_timedelta

Payload = Mapping[str, Any]

# Discord docs, components reference, "component types".
_ACTION_ROW, _BUTTON, _TEXT, _THUMBNAIL, _GALLERY, _FILE = 1, 2, 10, 11, 12, 13
_SELECTS = frozenset({3, 5, 6, 7, 8})
_LINK_STYLES = frozenset({5, 6})  # link and premium buttons send no interaction

_MENTIONS = {"user": "<@", "role": "<@&", "channel": "<#"}  # Discord docs, "select default value"

_MENTION = re.compile(r"<(@!?|@&|#)(\d+)>")
_STAMP = re.compile(r"<t:(-?\d+)(?::([tTdDfFsSR]))?>")
_MARKS = re.compile(r"^-# |[*_~`>#|]+|\[([^\]]+)\]\([^)]+\)", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(<?https?://[^)]*\)")
_LINK_BUTTON = re.compile(r"\[([^\]]+) → https?://[^\]]+\]")
_ESCAPED = re.compile(r"\\([^\w\s])")  # what `bot.edge.markdown.escape` puts a backslash before
_SMALL = re.compile(r"^-# ", re.MULTILINE)
_HEADING = re.compile(r"^#{1,3} ", re.MULTILINE)
_STAMP_FORMATS = {"t": "%H:%M", "T": "%H:%M:%S", "d": "%Y-%m-%d", "D": "%Y-%m-%d"}
_RELATIVE = "R"
_EMOJI_STYLE = "\ufe0f"  # Unicode, variation selector 16


def gist(message: Payload, names: Mapping[int, str], zone: tzinfo = UTC) -> str:
    """Return what the message says, in one line, without its buttons, menus and pictures; see `plain`."""
    lines = [str(message.get("content") or "")]
    for embed in _payloads(message.get("embeds")):
        lines.extend(_embed(embed))
    lines.extend(_text(part) for part in walk(message.get("components")) if part.get("type") == _TEXT)
    if message.get("poll"):
        lines.extend(itertools.islice(_poll(cast("Payload", message["poll"])), 1))
    unmarked = _MARKS.sub(lambda match: match[1] or "", spoken("\n".join(lines), names, zone, _said_at(message)))
    return " ".join(_worded(unmarked).split())


def plain(message: Payload, names: Mapping[int, str], zone: tzinfo = UTC) -> str:
    """Return the message as lines of text.

    Args:
        message: a message object of Discord's API.
        names: what to write for the ids of people, roles and channels, such as ``@Aiko`` or ``#general``.
        zone: the reader's time zone.
    """
    lines: list[str] = []
    if message.get("content"):
        lines.append(str(message["content"]))
    for embed in _payloads(message.get("embeds")):
        lines.extend(_embed(embed))
    for component in _payloads(message.get("components")):
        lines.extend(_component(component))
    if message.get("poll"):
        lines.extend(_poll(cast("Payload", message["poll"])))
    lines.extend(_picture("file", attachment) for attachment in _payloads(message.get("attachments")))
    return spoken("\n".join(lines), names, zone, _said_at(message))


def spoken(text: str, names: Mapping[int, str], zone: tzinfo = UTC, now: datetime | None = None) -> str:
    """Return `text` with Discord's mentions and time stamps written out; "in 5 minutes" is counted from `now`."""

    def mention(match: re.Match[str]) -> str:
        return names.get(int(match[2]), match[0])

    def stamp(match: re.Match[str]) -> str:
        moment = datetime.fromtimestamp(int(match[1]), zone)
        if match[2] == _RELATIVE and now is not None:
            return format_timedelta(moment - now, add_direction=True, locale="en") if moment != now else "now"
        return moment.strftime(_STAMP_FORMATS.get(match[2] or "f", "%Y-%m-%d %H:%M"))

    return _STAMP.sub(stamp, _MENTION.sub(mention, text))


def readable(text: str) -> str:
    """Return `text`, as `plain` gives it, as a terminal shows it best: without addresses and Markdown."""
    named = _LINK.sub(r"\1", _LINK_BUTTON.sub(r"[\1 ↗]", text))
    return _ESCAPED.sub(r"\1", _HEADING.sub("▸ ", _SMALL.sub("", named)).replace("**", ""))


def walk(components: object) -> Iterator[Payload]:
    """Yield every component, the nested ones after the one that holds them."""
    for component in _payloads(components):
        yield component
        yield from walk(component.get("components"))
        for key in ("accessory", "component"):
            if component.get(key):
                yield from walk([component[key]])


def buttons(message: Payload) -> tuple[Payload, ...]:
    """Return the buttons that can be pressed, in the order shown; links are not among them."""
    return tuple(
        component
        for component in walk(message.get("components"))
        if component.get("type") == _BUTTON and component.get("style") not in _LINK_STYLES
    )


def option_labels(message: Payload) -> dict[str, str]:
    """Return the labels of the options in a message's menus, by value."""
    options = (option for part in walk(message.get("components")) for option in _payloads(part.get("options")))
    return {str(option.get("value")): str(option.get("label")) for option in options}


def button_label(button: Payload) -> str:
    """Return what is written on a button, its emoji first."""
    emoji = cast("Payload", button.get("emoji") or {}).get("name") or ""
    return " ".join(part for part in (str(emoji), str(button.get("label") or "")) if part)


def button_id(message: Payload, name: str) -> str:
    """Return the custom id of the button that goes by `name`: its custom id, its label, or a part of that.

    Raises:
        LookupError: if no button does, or more than one.
    """
    named = [(str(button["custom_id"]), button.get("label"), button_label(button)) for button in buttons(message)]
    by_id = [custom_id for custom_id, *_ in named if custom_id == name]
    by_label = [custom_id for custom_id, label, shown in named if name in (label, shown)]
    by_part = [custom_id for custom_id, _, shown in named if name.casefold() in shown.casefold()]
    found = by_id or by_label or by_part
    if len(found) != 1:
        raise LookupError(f"not one button {name!r} among {[shown for _, _, shown in named]}")
    return found[0]


def modal_text(modal: Payload) -> str:
    """Return a modal's title and the labels of what it asks, one a line."""
    asked = [str(c["label"]) for c in walk(modal.get("components")) if c.get("label")]
    return "\n".join([str(modal.get("title", "")), *(f"  {label}: ____" for label in asked)])


def _worded(text: str) -> str:
    """Return `text` without pictographs, which not every machine has a font for; as it is if it has nothing else."""
    words = "".join(char for char in text if unicodedata.category(char) != "So" and char != _EMOJI_STYLE)
    return words if words.strip() else text


def _said_at(message: Payload) -> datetime | None:
    at = message.get("edited_timestamp") or message.get("timestamp")
    return None if at is None else datetime.fromisoformat(str(at))


def _payloads(value: object) -> Iterable[Payload]:
    return cast("list[Payload]", value) if isinstance(value, list) else ()


def _embed(embed: Payload) -> Iterator[str]:
    for key in ("title", "description"):
        if embed.get(key):
            yield str(embed[key])
    for field in _payloads(embed.get("fields")):
        yield f"{field.get('name', '')}: {field.get('value', '')}"
    footer = embed.get("footer")
    if isinstance(footer, dict):
        yield str(cast("Payload", footer).get("text", ""))


def _component(component: Payload) -> Iterator[str]:
    kind = component.get("type")
    if kind == _ACTION_ROW:
        yield " ".join(line for child in _payloads(component.get("components")) for line in _component(child))
    elif kind == _GALLERY:
        yield from (_picture("picture", item) for item in _payloads(component.get("items")))
    elif kind in _LEAVES:
        yield _LEAVES[kind](component)
    else:  # sections, containers and labels hold others; separators show nothing
        for child in _payloads(component.get("components")):
            yield from _component(child)
        for key in ("accessory", "component"):
            if isinstance(component.get(key), dict):
                yield from _component(cast("Payload", component[key]))


def _text(component: Payload) -> str:
    return str(component.get("content", ""))


def _button(button: Payload) -> str:
    label = button_label(button)
    if button.get("url"):
        return f"[{label} → {button['url']}]"
    return f"[{label} (off)]" if button.get("disabled") else f"[{label}]"


def _select(select: Payload) -> str:
    offered = [
        f"{option.get('label')}{' ✓' if option.get('default') else ''}" for option in _payloads(select.get("options"))
    ]
    chosen = [
        f"{_MENTIONS.get(str(value.get('type')), '')}{value.get('id')}> ✓"
        for value in _payloads(select.get("default_values"))
    ]
    options = " | ".join(offered + chosen)
    return f"<{select.get('placeholder') or 'choose'}{': ' + options if options else ''}>"


def _picture(kind: str, item: Payload) -> str:
    media = cast("Payload", item.get("media") or item.get("file") or {})
    told = item.get("description") or item.get("filename") or item.get("name") or media.get("url") or ""
    return f"({kind}: {told})"


def _poll(poll: Payload) -> Iterator[str]:
    yield str(cast("Payload", poll.get("question") or {}).get("text", ""))
    results = cast("Payload", poll.get("results") or {})
    counts = {count["id"]: count["count"] for count in _payloads(results.get("answer_counts"))}
    for answer in _payloads(poll.get("answers")):
        said = cast("Payload", answer.get("poll_media") or {}).get("text", "")
        yield f"  ○ {said}: {counts.get(answer.get('answer_id'), 0)}"
    yield "(closed)" if results.get("is_finalized") else "(open)"


_LEAVES: Mapping[object, Callable[[Payload], str]] = {
    _TEXT: _text,
    _BUTTON: _button,
    _THUMBNAIL: partial(_picture, "picture"),
    _FILE: partial(_picture, "file"),
    **dict.fromkeys(_SELECTS, _select),
}
