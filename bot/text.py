"""Messages by id and language.

The catalogues stand in ``bot/locales/<language>/<feature>.po``, one file a feature; a message's id starts
with that feature (``source.added`` stands in ``source.po``). English is a catalogue like the others, so that
a sentence can be mended without touching code. Placeholders are named: ``{name}``.
"""

import gettext
import io
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from bot.domain.errors import PaddockError

LOCALES = Path(__file__).parent / "locales"
DEFAULT_LANGUAGE = "en"
LANGUAGES: tuple[str, ...] = ("en", "ja")


def text(message_id: str, language: str, /, **params: object) -> str:
    """Return the message in `language`, with its placeholders filled.

    Args:
        message_id: such as ``source.added``.
        language: one of `LANGUAGES`.
        params: a value for each placeholder of the message.

    Raises:
        KeyError: if there is no such message, or a placeholder has no value.
    """
    found = _catalogue(language, _feature(message_id)).gettext(message_id)
    if found == message_id:
        raise KeyError(message_id)
    return found.format(**params)


def plural(message_id: str, language: str, count: int, /, **params: object) -> str:
    """Return the message's form for `count`, which also fills ``{count}``.

    The catalogue entry has ``msgid`` and ``msgid_plural`` both set to the id.

    Raises:
        KeyError: if there is no such message, or a placeholder has no value.
    """
    found = _catalogue(language, _feature(message_id)).ngettext(message_id, message_id, count)
    if found == message_id:
        raise KeyError(message_id)
    return found.format(count=count, **params)


def error_text(error: PaddockError, language: str) -> str:
    """Return the sentence for an expected error."""
    return text(error.message_id, language, **error.params)


def language_of(locale: str | None) -> str:
    """Return the language we have for a locale such as ``en-GB`` or ``ja``; English where we have none."""
    wanted = (locale or "").replace("_", "-").split("-")[0].lower()
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def join_names(names: Iterable[str], language: str) -> str:
    """Return "a, b, c" as the language writes a list."""
    return ("、" if language == "ja" else ", ").join(names)


def day_text(day: date, language: str, form: Literal["full", "long", "MMMd"]) -> str:
    """Return a date as the language writes it: with its weekday, without it, or only month and day."""
    from babel.dates import format_date, format_skeleton  # noqa: PLC0415  # 90 ms that a start need not pay

    if form == "MMMd":
        return format_skeleton(form, day, locale=language)
    return format_date(day, form, locale=language)


def weekday_text(day: int, language: str) -> str:
    """Return the name of a day of the week; Monday is 1, as in ISO 8601."""
    from babel.dates import get_day_names  # noqa: PLC0415  # 90 ms that a start need not pay

    return get_day_names("wide", locale=language)[day - 1]


def _feature(message_id: str) -> str:
    return message_id.split(".", 1)[0]


@cache
def _catalogue(language: str, feature: str) -> gettext.NullTranslations:
    """Read one feature's file; only when one of its messages is asked for, which ``--help`` never does."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415  # 60 ms that --help need not pay
    from babel.messages.pofile import read_po  # noqa: PLC0415

    path = LOCALES / language / f"{feature}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
