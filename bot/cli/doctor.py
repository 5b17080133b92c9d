"""``paddock doctor``: would the bot start? Nothing is changed and nothing is posted."""

from bot.domain.errors import PaddockError
from bot.edge.visit import visit
from bot.settings import Settings
from bot.storage.migrate import UNREADABLE, revision_of
from bot.storage.schema import REVISION
from bot.text import error_text, text

WELL, ILL = "✓", "✗"
EXIT_FAILED = 1
EXIT_CONFIG = 78  # EX_CONFIG of BSD's sysexits.h


async def examine(settings: Settings) -> int:
    """Print what was found, a line each, and return 0 if the bot would start."""
    language = settings.language
    print(WELL, text("cli.doctor.settings", language))
    database = await _database(settings)
    discord = await _discord(settings)
    return database or discord


async def _database(settings: Settings) -> int:
    language = settings.language
    try:
        found = await revision_of(settings.database_url)
    except (PaddockError, *UNREADABLE) as error:
        reason = error_text(error, language) if isinstance(error, PaddockError) else type(error).__name__
        print(ILL, text("cli.doctor.database_failed", language, reason=reason))
        return EXIT_FAILED
    if found is None:
        print(WELL, text("cli.doctor.database_new", language))
    elif found == REVISION:
        print(WELL, text("cli.doctor.database_current", language, revision=found))
    else:
        print(WELL, text("cli.doctor.database_old", language, found=found, known=REVISION))
    return 0


async def _discord(settings: Settings) -> int:
    language = settings.language
    if settings.discord_token is None:
        print(ILL, text("cli.doctor.no_token", language))
        return EXIT_CONFIG
    try:
        identity = await visit(settings.require_token())
    except PaddockError as error:
        print(ILL, text("cli.doctor.discord_failed", language, reason=error_text(error, language)))
        return EXIT_FAILED
    print(WELL, text("cli.doctor.discord", language, name=identity.name))
    print(" ", text("cli.doctor.invite", language, url=identity.invitation))
    print(" ", text("cli.doctor.invite_to_moderate", language, url=identity.invitation_to_moderate))
    return 0
