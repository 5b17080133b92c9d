"""The settings in words: what is wrong with them, what is in force, and ``.env.example``."""

import textwrap
from pathlib import Path
from typing import cast

from annotated_types import Ge, Le
from pydantic import SecretStr

from bot.settings import ENVIRONMENT, KEYS, SECRET_KEYS, Problem, ProblemKind, Settings, SettingsError
from bot.text import DEFAULT_LANGUAGE, language_of, plural, text

COMMENT_CHARS_MAX = 100  # fits an editor beside a file list
WHERE_TO_GET_A_TOKEN = "https://discord.com/developers/applications"  # noqa: S105  # an address, no token
EXAMPLE_HEAD = (
    (
        "Paddock's settings. Copy this file to .env and fill in what you need; what stays commented out "
        "keeps the value shown. A variable of the environment wins over the same key here."
    ),
    "Made from bot/settings.py by `make env-example`: change it there.",
)


def error_lines(error: SettingsError, env_file: Path) -> list[str]:
    """Say what is wrong, one line a setting, and for a missing token where to get one.

    Args:
        error: what `bot.settings.load_settings` or `require_token` raised.
        env_file: where to put what is missing.
    """
    language = language_of(error.language)
    if [problem.kind for problem in error.problems] == [ProblemKind.MISSING]:
        key = error.problems[0].key
        return [
            text("cli.missing.what", language, key=key),
            text("cli.missing.source", language, address=WHERE_TO_GET_A_TOKEN),
            text("cli.missing.place", language, key=key, file=env_file),
        ]
    lines = [_problem_line(problem, language) for problem in error.problems]
    return [plural("cli.settings.wrong", language, len(lines)), *lines]


def accepted(key: str, language: str) -> str:
    """Say what the setting takes."""
    name = KEYS[key]
    bounds = Settings.model_fields[name].metadata
    low = next((bound.ge for bound in bounds if isinstance(bound, Ge)), None)
    high = next((bound.le for bound in bounds if isinstance(bound, Le)), None)
    if low is not None:
        whole = Settings.model_fields[name].annotation is int
        return text("cli.accepted.whole" if whole else "cli.accepted.number", language, low=low, high=high)
    return text(f"cli.accepted.{name}", language)


def overview(settings: Settings) -> str:
    """Show what is in force, one ``KEY=value`` a line; of what is secret only whether it is set."""
    lines: list[str] = []
    for key, name in KEYS.items():
        value: object = getattr(settings, name)
        shown = _shown(value, settings.language)
        if key in SECRET_KEYS and value is not None and value != Settings.model_fields[name].default:
            shown = text("cli.settings.set", settings.language)
        lines.append(f"{key}={shown}")
    return "\n".join(lines)


def env_example() -> str:
    """Return the content of ``.env.example``: each setting with its purpose, what it takes, its default."""
    parts = ["\n#\n".join(_comment(paragraph) for paragraph in EXAMPLE_HEAD)]
    for key, name in KEYS.items():
        field = Settings.model_fields[name]
        purpose = _comment(field.description or "")
        takes = _comment(text("cli.accepted.line", DEFAULT_LANGUAGE, accepted=accepted(key, DEFAULT_LANGUAGE)))
        default: object = field.default
        # What has no default is the only thing that has to be filled in; and the tests' setting is nobody's.
        line = f"{key}=" if default is None else f"{key}={_value(default)}"
        parts.append(f"{purpose}\n{takes}\n{line if key == 'DISCORD_TOKEN' else f'# {line}'}")
    return "\n\n".join(parts) + "\n"


def _problem_line(problem: Problem, language: str) -> str:
    in_environment = problem.place == ENVIRONMENT
    place = text("cli.place.environment", language) if in_environment else problem.place
    takes = accepted(problem.key, language) if problem.key in KEYS else ""
    wrong = "cli.problem.wrong" if problem.value is not None else "cli.problem.wrong_secret"
    message_id = {
        ProblemKind.MISSING: "cli.missing.what",
        ProblemKind.WRONG: wrong,
        ProblemKind.NEAR_MISS: "cli.problem.near_miss",
        ProblemKind.LINE: "cli.problem.line",
        ProblemKind.FILE: "cli.problem.file",
    }[problem.kind]
    line = text(
        message_id,
        language,
        key=problem.key,
        value=problem.value,
        place=place,
        line=problem.line,
        meant=problem.meant,
        accepted=takes,
    )
    if problem.kind is ProblemKind.WRONG and problem.meant:
        line += " " + text("cli.problem.meant", language, meant=problem.meant)
    return line


def _shown(value: object, language: str) -> str:
    if value is None:
        return text("cli.settings.unset", language)
    return text("cli.settings.set", language) if isinstance(value, SecretStr) else _value(value)


def _value(value: object) -> str:
    """Write a value as it is read from ``.env``."""
    return " ".join(map(str, cast("tuple[object, ...]", value))) if isinstance(value, tuple) else str(value)


def _comment(paragraph: str) -> str:
    return textwrap.fill(
        paragraph, COMMENT_CHARS_MAX, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )
