"""Sentences for Discord from message ids and parameters that may come from outside.

What we keep of a failure or a change is an id and parameters, never a sentence: whoever reads it later may read
another language. Parameters are plain text from anywhere, so they are escaped here; a few are codes of ours, which
are translated here.
"""

import re
from collections.abc import Mapping

from bot.domain.errors import PaddockError, unpacked
from bot.edge.markdown import escape
from bot.text import join_names, text

# Longer than any name or address that helps somebody to find what is meant.
PARAM_CHARS_MAX = 200
# What we write ourselves: mentions, time stamps and addresses of messages, one or several. They name things in the
# guild and cannot be used for anything else, so that one that came from outside does no harm.
_OUR_MARK = r"(?:<#\d{1,20}>|<@[&!]?\d{1,20}>|<t:-?\d{1,13}:[tTdDfFR]>|https://discord\.com/channels/[\d/]{1,62})"
_OUR_MARKS = re.compile(rf"—|{_OUR_MARK}(?:\s{_OUR_MARK})*")


def sentence(message_id: str, language: str, params: Mapping[str, object]) -> str:
    """Return a message as Discord Markdown, with its parameters escaped or, where they are codes, translated."""
    return text(message_id, language, **{name: _shown(name, value, language) for name, value in params.items()})


def error_sentence(error: PaddockError, language: str) -> str:
    """Return the sentence for an expected error as Discord Markdown."""
    return sentence(error.message_id, language, error.params)


def kept_sentence(kept: str, language: str) -> str:
    """Return the sentence for an error that was kept with `bot.domain.errors.packed`."""
    try:
        message_id, params = unpacked(kept)
        return sentence(message_id, language, params)
    except (KeyError, ValueError):
        # Kept by a version whose messages were others: what went wrong then can no longer be said.
        return text("common.error.forgotten", language)


def _shown(name: str, value: object, language: str) -> object:
    if not isinstance(value, str):
        return value
    if name == "capability":
        return text(f"common.capability.{value}", language)
    if name == "scope":
        return join_names((text(f"common.scope.{scope}", language) for scope in value.split(", ")), language)
    return value if _OUR_MARKS.fullmatch(value) else escape(value, PARAM_CHARS_MAX)
