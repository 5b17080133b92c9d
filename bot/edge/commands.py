"""Commands as Discord sees them: described in each language, checked, and sent only when they changed."""

import hashlib
import json
import logging
import re
from collections.abc import Iterable
from typing import Any, TypeAlias, cast

import discord
from discord import app_commands

from bot.domain.wording import storable
from bot.text import DEFAULT_LANGUAGE, language_of, text

# Commands or options in the form in which Discord takes them.
Payload: TypeAlias = list[dict[str, Any]]

log = logging.getLogger(__name__)

# Discord docs, application commands: naming, limits of descriptions, options and the whole payload of a command.
NAME_PATTERN = re.compile(r"^[-_'\w]{1,32}$")
NAME_CHARS_MAX = 32
DESCRIPTION_CHARS_MAX = 100
OPTIONS_MAX = 25
CHOICES_MAX = 25
CHOICE_CHARS_MAX = 100
COMMAND_CHARS_MAX = 8_000
COMMANDS_MAX = 100


def described(message_id: str) -> app_commands.locale_str:
    """Return what is read of a command, an option, a choice or a menu: English, translated when commands are sent."""
    return app_commands.locale_str(text(message_id, DEFAULT_LANGUAGE), id=message_id)


class CatalogueTranslator(app_commands.Translator):
    """Translates what is read from the catalogues; the names of commands, which are typed, stay English."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the words in a Discord locale, None where they are the default ones."""
        del context
        message_id = string.extras.get("id")
        language = language_of(locale.value)
        if message_id is None or language == DEFAULT_LANGUAGE:
            return None
        return text(str(message_id), language)


async def payload_of(tree: app_commands.CommandTree[Any]) -> Payload:
    """Return what is sent to Discord for all global commands, with translations."""
    translator = CatalogueTranslator()
    commands = sorted(tree.get_commands(), key=lambda command: (command.name, type(command).__name__))
    return [await command.get_translated_payload(tree, translator) for command in commands]


def digest_of(payload: Payload) -> str:
    """Return a hash that changes when the payload does."""
    canonical = json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def faults_in(payload: Payload) -> list[str]:
    """Return what Discord would refuse in a payload, in words for whoever wrote the command."""
    faults = [] if len(payload) <= COMMANDS_MAX else [f"{len(payload)} commands, at most {COMMANDS_MAX}"]
    for command in payload:
        faults += _faults(command, command["name"])
        if (size := _chars(command)) > COMMAND_CHARS_MAX:
            faults += [f"{command['name']}: {size} characters in all, at most {COMMAND_CHARS_MAX}"]
    return faults


def _faults(part: dict[str, Any], path: str) -> list[str]:
    if "description" not in part:  # an entry of a context menu is read, not typed: its name may be any words
        return _lengths(part, "name", NAME_CHARS_MAX, path)
    faults = _lengths(part, "description", DESCRIPTION_CHARS_MAX, path)
    if not NAME_PATTERN.match(part["name"]) or part["name"] != part["name"].lower():
        faults += [f"{path}: not a name that Discord takes"]
    choices = cast("Payload", part.get("choices", []))
    if len(choices) > CHOICES_MAX:
        faults.append(f"{path}: {len(choices)} choices, at most {CHOICES_MAX}")  # not shown: for developers
    for choice in choices:
        faults += _lengths(choice, "name", CHOICE_CHARS_MAX, f"{path} {choice['value']}")
    options = cast("Payload", part.get("options", []))
    if len(options) > OPTIONS_MAX:
        faults += [f"{path}: {len(options)} options, at most {OPTIONS_MAX}"]
    for option in options:
        faults += _faults(option, f"{path} {option['name']}")
    return faults


def _lengths(part: dict[str, Any], field: str, chars_max: int, path: str) -> list[str]:
    return [
        f"{path}: {field} in {locale} has {len(words)} characters, 1 to {chars_max} are allowed"
        for locale, words in _in_each_language(part, field).items()
        if not 1 <= len(words) <= chars_max
    ]


def _chars(part: dict[str, Any]) -> int:
    """Return what counts towards the whole: names, descriptions and values, each in its longest language."""
    own = _longest(part, "name") + _longest(part, "description") + len(str(part.get("value", "")))
    inner = [*cast("Payload", part.get("options", [])), *cast("Payload", part.get("choices", []))]
    return own + sum(_chars(one) for one in inner)


def _longest(part: dict[str, Any], field: str) -> int:
    return max(len(words) for words in _in_each_language(part, field).values())


def _in_each_language(part: dict[str, Any], field: str) -> dict[str, str]:
    translated = cast("dict[str, str] | None", part.get(f"{field}_localizations")) or {}
    return {"default": part.get(field, ""), **translated}


class CommandTree(app_commands.CommandTree[discord.Client]):
    """A tree whose errors end in `replies.handle`, and which takes out of what people type what nobody can keep."""

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Clean the words that were typed into options, before any command or completion sees them."""
        given = cast("dict[str, Any]", interaction.data or {})
        _clean_options(given.get("options", ()))
        return True

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """Answer for what a command raised."""
        from bot.edge import replies  # noqa: PLC0415  # replies needs no commands; the tree needs it only here

        await replies.handle(interaction, error)


def _clean_options(options: Iterable[dict[str, Any]]) -> None:
    for option in options:
        if isinstance(option.get("value"), str):
            option["value"] = storable(option["value"])
        _clean_options(option.get("options", ()))
