"""Every setting: read once, from the environment and from ``.env``, into one frozen object.

A variable of the environment wins over the same key in ``.env``; a key that is there but empty counts as
absent. This module knows nothing of the rest of the bot: what it refuses it reports as `Problem`s, and the
command line makes sentences of them.
"""

import difflib
import io
import ipaddress
import zoneinfo
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ENVIRONMENT = "the environment"
# Keys with these beginnings are looked at for slips of the pen. Only the first is ours alone: `_near_misses`.
OWN_PREFIX = "PADDOCK_"
SHARED_PREFIXES = ("DISCORD_", "DATABASE_")
# difflib's ratio. 0.8 takes two wrong letters in the shortest of our names and leaves alone what hosting
# platforms set beside ours (DATABASE_PUBLIC_URL has 0.77, DISCORD_WEBHOOK 0.57).
NEARNESS_MIN = 0.8
VALUE_SHOWN_CHARS_MAX = 60  # enough to recognise what was typed; a pasted file would fill the screen

REQUESTS_PER_S_MAX = 50  # Discord docs, topics/rate-limits, "Global Rate Limit"
TOKEN_PARTS = 3
STARTER_SOURCES_MAX = 25  # Discord docs, components reference: the options of one select
# Feeds that large car sites offer to everyone; an operator of another field replaces them.
STARTER_SOURCES = (
    "https://www.theautopian.com/feed/",
    "https://www.carscoops.com/feed/",
    "https://www.motor1.com/rss/articles/all/",
    "https://insideevs.com/rss/articles/all/",
    "https://response.jp/rss/index.rdf",
)
MEBIBYTE = 1024 * 1024
SQLITE_DRIVER = "sqlite+aiosqlite"
POSTGRESQL_DRIVER = "postgresql+asyncpg"
DRIVERS = {
    "sqlite": SQLITE_DRIVER,
    SQLITE_DRIVER: SQLITE_DRIVER,
    "postgres": POSTGRESQL_DRIVER,
    "postgresql": POSTGRESQL_DRIVER,
    POSTGRESQL_DRIVER: POSTGRESQL_DRIVER,
}


class ProblemKind(StrEnum):
    """What is the matter with a setting."""

    MISSING = "missing"
    WRONG = "wrong"
    NEAR_MISS = "near_miss"
    LINE = "line"  # a line of .env that is no KEY=value
    FILE = "file"  # a .env that cannot be read


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend before the bot can start.

    `place` is `ENVIRONMENT` or the path of the file. `value` is what was given, None where there is nothing
    to show or where it may hold a secret. `meant` is the nearest thing that would have been right, if one is
    near. `key` is empty for a line or a file; `line` counts from 1, and is 0 where there is none.
    """

    kind: ProblemKind
    key: str
    place: str
    value: str | None = None
    meant: str | None = None
    line: int = 0


class SettingsError(Exception):
    """Settings that the bot cannot start with, all of them at once.

    Args:
        problems: what to mend, at least one.
        language: what PADDOCK_LANGUAGE says, if it says something, so that the list can be shown in it.
    """

    def __init__(self, problems: tuple[Problem, ...], language: str | None = None) -> None:
        super().__init__(", ".join(f"{problem.kind} {problem.key or problem.place}" for problem in problems))
        self.problems = problems
        self.language = language


def _token(value: SecretStr) -> SecretStr:
    parts = value.get_secret_value().strip().split(".")
    # Three parts of base64 (Discord docs, reference, "Authentication"). A client secret or a public key,
    # which people paste instead, has no dots; the word "Bot " before it is not theirs to add.
    if len(parts) != TOKEN_PARTS or any(not part or not part.isascii() or " " in part for part in parts):
        raise ValueError
    return SecretStr(".".join(parts))


def _database_url(value: str) -> str:
    scheme, separator, rest = value.strip().partition("://")
    driver = DRIVERS.get(scheme.lower())
    path = rest.partition("?")[0].removeprefix("/")
    # A database in memory cannot be shared by the writer and its readers.
    in_memory = path in ("", ":memory:") or path.startswith("file:")
    if not separator or driver is None or (driver == SQLITE_DRIVER and (not rest.startswith("/") or in_memory)):
        raise ValueError
    url = f"{driver}://{rest}"
    if driver == POSTGRESQL_DRIVER and not urlsplit(url).path.strip("/"):
        raise ValueError
    return url


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:  # OSError: "Europe" is a folder of zones
        raise ValueError from error
    return value


def _loopback(value: str) -> str:
    url = urlsplit(value)
    host = url.hostname or ""
    if url.scheme != "http" or (host != "localhost" and not ipaddress.ip_address(host).is_loopback):
        raise ValueError
    return value.rstrip("/")


def _split(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _web_addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) > STARTER_SOURCES_MAX or any(urlsplit(url).scheme not in {"http", "https"} for url in value):
        raise ValueError
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """What the operator chose. The keys are those of ``.env.example``, which is made from this class.

    Each description says what the setting is for; what is accepted stands in the catalogues as
    ``cli.accepted.<field>``, or follows from the bounds.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    discord_token: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None,
        validation_alias="DISCORD_TOKEN",
        description="The bot's own token, with which it logs in. Keep it secret: whoever has it is the bot.",
    )
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default="sqlite+aiosqlite:///paddock.db",
        validation_alias="DATABASE_URL",
        repr=False,  # it may hold a password
        description="Where everything is kept. A SQLite file is enough for one process.",
    )
    timezone: Annotated[str, AfterValidator(_timezone)] = Field(
        default="UTC",
        validation_alias="PADDOCK_TIMEZONE",
        description="The zone that /setup suggests to a server, and by which the command line counts days.",
    )
    language: Annotated[Literal["en", "ja"], BeforeValidator(_lower)] = Field(
        default="en",
        validation_alias="PADDOCK_LANGUAGE",
        description="The language that /setup suggests to a new server, and that the command line speaks.",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        default="INFO",
        validation_alias="PADDOCK_LOG_LEVEL",
        description="How much is logged, on standard error. No level logs what members write, or a secret.",
    )
    fetch_timeout_s: float = Field(
        default=20,
        ge=1,
        le=120,
        allow_inf_nan=False,
        validation_alias="PADDOCK_FETCH_TIMEOUT_S",
        description="How many seconds a feed may take to arrive, from the first connection to the last byte.",
    )
    fetch_bytes_max: int = Field(
        default=5 * MEBIBYTE,
        ge=64 * 1024,
        le=64 * MEBIBYTE,
        validation_alias="PADDOCK_FETCH_BYTES_MAX",
        description="How many bytes of a feed are read, decompressed. Few news feeds have over 1 MiB.",
    )
    fetch_minutes: int = Field(
        default=15,
        ge=5,
        le=1440,
        validation_alias="PADDOCK_FETCH_MINUTES",
        description="How many minutes pass before a feed is asked again. Who asks too often is blocked.",
    )
    sources_max: int = Field(
        default=50,
        ge=1,
        le=500,
        validation_alias="PADDOCK_SOURCES_MAX",
        description="How many sources one server may follow.",
    )
    starter_sources: Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_web_addresses)] = Field(
        default=STARTER_SOURCES,
        validation_alias="PADDOCK_STARTER_SOURCES",
        description="The feeds that /setup offers to a new server.",
    )
    backup_hours: int = Field(
        default=24,
        ge=0,
        le=168,
        validation_alias="PADDOCK_BACKUP_HOURS",
        description="How many hours after one backup the running bot makes the next one of its SQLite file, in "
        "backups/ beside it. 0 makes none. On PostgreSQL, backups are yours to make.",
    )
    requests_per_s: int = Field(
        default=40,
        ge=1,
        le=REQUESTS_PER_S_MAX,
        validation_alias="PADDOCK_REQUESTS_PER_S",
        description="How many calls a second the bot makes to Discord at most. Discord cuts off at 50.",
    )
    processes: int = Field(
        default=1,
        ge=1,
        le=REQUESTS_PER_S_MAX,
        validation_alias="PADDOCK_PROCESSES",
        description="How many processes run with this token and database: they share the calls a second.",
    )
    discord_api_base: Annotated[str, AfterValidator(_loopback)] | None = Field(
        default=None,
        validation_alias="PADDOCK_DISCORD_API_BASE",
        description="For tests only: a Discord on this machine in place of the real one; feeds may be read there too.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is passed and nothing else.

        `load_settings` has read the environment and the file, and knows which of them said what; and a
        Settings that a test makes must not pick up what happens to stand in the developer's environment.
        """
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def backup_every(self) -> timedelta | None:
        """How long after one backup the bot makes the next one; None if it makes none."""
        return timedelta(hours=self.backup_hours) if self.backup_hours else None

    @property
    def requests_per_s_each(self) -> float:
        """What one of the processes may ask of Discord in a second, so that all of them keep within the limit."""
        return self.requests_per_s / self.processes

    def require_token(self) -> str:
        """Return the token in the clear.

        Raises:
            SettingsError: if there is none.
        """
        if self.discord_token is None:
            problem = Problem(ProblemKind.MISSING, "DISCORD_TOKEN", ENVIRONMENT)
            raise SettingsError((problem,), self.language)
        return self.discord_token.get_secret_value()


KEYS: dict[str, str] = {str(field.validation_alias): name for name, field in Settings.model_fields.items()}
# Values that are never repeated, not even in a message about a slip in them.
SECRET_KEYS = frozenset({"DISCORD_TOKEN", "DATABASE_URL"})


def load_settings(env: Mapping[str, str], env_file: Path) -> Settings:
    """Read the settings from `env` and from `env_file`, which need not exist.

    Raises:
        SettingsError: with everything that is wrong, not only the first thing.
    """
    in_file, problems = _read_env_file(env_file)
    places = [(ENVIRONMENT, _given(env)), (str(env_file), in_file)]
    values: dict[str, str] = {}
    said_by: dict[str, str] = {}
    for place, given in reversed(places):
        for key in KEYS.keys() & given.keys():
            values[key], said_by[key] = given[key], place
    for place, given in places:
        problems += _near_misses(given, place, known=values)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        wrong = {str(detail["loc"][0]) for detail in error.errors(include_input=False, include_url=False)}
        problems += [_wrong(key, values[key], said_by[key]) for key in KEYS if key in wrong]
    else:
        if not problems:
            return settings
    # Outside the except clause: pydantic's error holds the values, and no traceback may show a token.
    raise SettingsError(tuple(problems), values.get("PADDOCK_LANGUAGE"))


def _given(pairs: Mapping[str, str | None]) -> dict[str, str]:
    """Return what says something. Keys are compared in capitals, as Windows gives them."""
    return {key.upper(): value.strip() for key, value in pairs.items() if value and value.strip()}


def _read_env_file(path: Path) -> tuple[dict[str, str], list[Problem]]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeError):
        return {}, [Problem(ProblemKind.FILE, "", str(path))]
    problems = [
        Problem(ProblemKind.LINE, "", str(path), line=binding.original.line)
        for binding in parse_stream(io.StringIO(content))
        if binding.error
    ]
    if problems:
        # python-dotenv would log these lines once more, and drop them.
        return {}, problems
    # Not interpolated: a password may contain "${".
    return _given(dotenv_values(stream=io.StringIO(content), interpolate=False)), []


def _near_misses(given: Mapping[str, str], place: str, *, known: Collection[str]) -> list[Problem]:
    """Find keys that look like one of ours and are not.

    Under the prefixes that others use too (``DATABASE_URL_RO`` beside ``DATABASE_URL``), a key counts only
    if the one it resembles has no value: then it is what the operator believes to have set.
    """
    found: list[Problem] = []
    for key in given:
        if key in KEYS or not key.startswith((OWN_PREFIX, *SHARED_PREFIXES)):
            continue
        near = difflib.get_close_matches(key, KEYS, n=1, cutoff=NEARNESS_MIN)
        if near and (key.startswith(OWN_PREFIX) or near[0] not in known):
            found.append(Problem(ProblemKind.NEAR_MISS, key, place, meant=near[0]))
    return found


def _wrong(key: str, value: str, place: str) -> Problem:
    if key in SECRET_KEYS:
        return Problem(ProblemKind.WRONG, key, place)
    meant = difflib.get_close_matches(value, zoneinfo.available_timezones(), n=1) if key == "PADDOCK_TIMEZONE" else []
    return Problem(ProblemKind.WRONG, key, place, value[:VALUE_SHOWN_CHARS_MAX], meant[0] if meant else None)
