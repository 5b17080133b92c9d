"""The command line: ``python -m bot`` or ``paddock``.

Each command imports what it needs when it is called, so that ``--help`` is quick and ``run`` pays for nothing
that only the others use.
"""

import asyncio
import logging
import os
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments import repeat_flags

if TYPE_CHECKING:
    from bot.settings import Settings

EXIT_FAILED = 1
EXIT_CONFIG = 78  # EX_CONFIG of BSD's sysexits.h: something about the configuration is wrong
SEVERAL_VALUES = ("--feed", "--article")
LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

app = typer.Typer(
    name="paddock",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables, a token among them
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Paddock, the Discord bot of a news site's comments and community section.\n\n"
        "Try it without an account:  `paddock demo`\n\n"
        "Start it on Discord:  put DISCORD_TOKEN into .env, then  `paddock run`\n\n"
        "Every setting with its meaning:  `paddock settings --env-example`"
    ),
)


class Counting(StrEnum):
    """How other people's ballots are counted."""

    IRV = "irv"
    SCHULZE = "schulze"
    BORDA = "borda"
    STAR = "star"
    PLURALITY = "plurality"


class Ties(StrEnum):
    """What is done about those that are level."""

    SHARED = "shared"
    LOT = "lot"


class RecountFormat(StrEnum):
    """How a count is printed."""

    TEXT = "text"
    JSON = "json"


class OutputFormat(StrEnum):
    """How an edition is printed."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


@app.command()
def run() -> None:
    """Connect to Discord and stay there until SIGTERM or Ctrl-C, then finish what was begun.

    Needs DISCORD_TOKEN, in .env or in the environment. Everything else has a default.

    Exits with 78 if a setting is missing or wrong, and names it.
    """
    settings = _settings(with_token=True)
    _log_to_stderr(settings.log_level)
    from bot.app import run as run_bot  # noqa: PLC0415

    asyncio.run(run_bot(settings))


@app.command()
def demo(
    feed: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE|URL…", help="Real feeds in place of the samples that come with the bot."),
    ] = None,
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="Where the page is served, on this machine only; 0 takes a free one."),
    ] = 0,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Play one day with scripted members, print what happened, and end.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the page's address.")] = False,
) -> None:
    """Try the bot in a local Discord in the browser: no account, no token, no network.

    The commands, rules and database are the real ones; only Discord itself is simulated.

    For example:

    - `paddock demo`
    - `paddock demo --feed news.xml cars.json`
    - `paddock demo --once`
    """
    settings = _settings()
    _log_to_stderr("WARNING")
    from bot.demo.run import run_demo  # noqa: PLC0415

    raise typer.Exit(
        asyncio.run(run_demo(settings, once=once, feeds=feed or [], port=port, open_browser=not no_browser))
    )


@app.command()
def doctor() -> None:
    """Check what the bot needs before it is started: settings, database, token, the way to Discord.

    Changes nothing and posts nothing. Exits with 0 if the bot would start, otherwise says what is in the way.
    """
    settings = _settings()
    _log_to_stderr("WARNING")
    from bot.cli.doctor import examine  # noqa: PLC0415

    raise typer.Exit(asyncio.run(examine(settings)))


@app.command()
def roundup(
    feed: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE|URL…", help="Feeds to read: RSS, Atom, RDF or JSON Feed. May be several."),
    ] = None,
    article: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE…", help="Single articles to read, as plain text or HTML. May be several."),
    ] = None,
    date: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Make the edition of this day, from what the feeds published on it or the day before "
            "(days of PADDOCK_TIMEZONE). Without it, entries of any age count.",
        ),
    ] = None,
    output: Annotated[OutputFormat, typer.Option("--format", help="How the edition is printed.")] = OutputFormat.TEXT,
) -> None:
    """Print the edition that the bot would post from these feeds and articles, without Discord.

    Articles given by name always count, whatever the date. What gives no article is named on standard error,
    one line each, and the exit code is then 1; the edition is made from the rest.

    For example:

    - `paddock roundup --feed news.xml https://example.org/feed`
    - `paddock roundup --feed feeds/*.xml --date 2026-11-20 --format json`
    - `paddock roundup --article column.txt --format html`
    """
    if not feed and not article:
        raise typer.BadParameter("Name at least one feed or one article.", param_hint="--feed or --article")
    settings = _settings()
    _log_to_stderr("ERROR")  # what cannot be read is told in one line of our own
    from bot.cli.roundup import print_roundup  # noqa: PLC0415

    day = date.date() if date else None
    work = print_roundup(settings, feeds=feed or [], articles=article or [], day=day, output=output.value)
    raise typer.Exit(asyncio.run(work))


@app.command()
def recount(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A poll's record, as `/poll export` gives it; or ballots.")
    ],
    *,
    expect: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="The digest that was posted with the poll's result.")
    ] = None,
    receipt: Annotated[
        str | None, typer.Option(metavar="RECEIPT", help="Find the ballot with this receipt, and show it.")
    ] = None,
    method: Annotated[
        Counting | None, typer.Option(help="Count other people's ballots, in ABIF or CSV, by this method.")
    ] = None,
    tie: Annotated[
        Ties | None, typer.Option(help="With --method: those that are level win together (shared), or a lot decides.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="TEXT", help="With --tie lot: what the lot is drawn from.")
    ] = None,
    output: Annotated[RecountFormat, typer.Option("--format", help="How it is printed.")] = RecountFormat.TEXT,
) -> None:
    """Count a poll again from its record, and say whether anything in it was changed; or count other ballots.

    A record is counted from nothing: each ballot against its receipt, all receipts against the digest, the ballots
    against the stated result. Exits with 0 if all of it is right, with 1 if anything is wrong or cannot be read.

    Ballots are ABIF, or CSV with a ballot a row, best first; if the first column is headed `weight`, it says how often
    the row counts. CSV with the candidates in the first row and numbers below them is scores, for `star`.

    For example:

    - `paddock recount poll-7.json --expect 3a7bd3e2… --receipt 9f86d081…`
    - `paddock recount --method schulze ballots.abif`
    - `paddock recount --method irv ballots.csv --tie lot --seed 2026-11-22 --format json`
    """
    if method is None and (tie is not None or seed is not None):
        raise typer.BadParameter("A record says itself what is done about ties.", param_hint="--tie and --seed")
    if method is not None and (expect is not None or receipt is not None):
        raise typer.BadParameter("Only a record has them; leave out --method.", param_hint="--expect and --receipt")
    if (tie is Ties.LOT) != bool(seed):
        raise typer.BadParameter("A lot needs a seed, and only a lot.", param_hint="--tie and --seed")
    settings = _settings()
    from bot.cli.recount import print_count, print_recount  # noqa: PLC0415
    from bot.domain.poll.rules import Method, TieRule  # noqa: PLC0415

    if method is None:
        code = print_recount(settings, file, expect=expect, receipt=receipt, output=output.value)
    else:
        rule = TieRule(tie or Ties.SHARED)
        code = print_count(settings, file, Method(method), tie_rule=rule, seed=seed or "", output=output.value)
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """Bring the database to the newest tables, as `run` does when it starts.

    A SQLite file that holds something is backed up first; without a checked backup nothing is changed.
    Going back is `paddock restore`. On PostgreSQL, make a copy with pg_dump first.
    """
    settings = _settings()
    _log_to_stderr(settings.log_level)
    from bot.storage.migrate import upgrade  # noqa: PLC0415
    from bot.text import text  # noqa: PLC0415

    before = asyncio.run(upgrade(settings.database_url))
    message_id = "cli.migrated.new" if before is None else "cli.migrated.done"
    print(text(message_id, settings.language, before=before))


@app.command()
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A file that does not exist yet. Without it, a new one in `backups/` by the database.",
        ),
    ] = None,
) -> None:
    """Copy the SQLite database, also while the bot runs, and check the copy.

    In `backups/`, old ones are deleted then. Kept are all of the last 24 hours, the newest of each of the last 7 days
    and of each of the last 4 weeks. A file named by you is never deleted.

    Exits with 1 if there is no checked copy afterwards, on PostgreSQL too: there, use pg_dump.

    For example:

    - `paddock backup`
    - `paddock backup /mnt/usb/paddock.db`
    """
    settings = _settings()
    _log_to_stderr("WARNING")
    from bot.cli.backup import print_backup  # noqa: PLC0415

    print_backup(settings, file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `paddock backup` made.")],
) -> None:
    """Put a backup in the place of the SQLite database. The bot has to be stopped.

    The file is checked first, and the old database is kept as a backup. If anything is wrong, nothing is changed
    and the exit code is 1, on PostgreSQL too: there, use pg_restore.

    For example:

    - `paddock restore backups/paddock-20261122T014144Z-0001.db`
    """
    settings = _settings()
    _log_to_stderr("ERROR")
    from bot.cli.backup import print_restore  # noqa: PLC0415

    print_restore(settings, file)


@app.command("settings")
def show_settings(
    *,
    env_example: Annotated[
        bool,
        typer.Option("--env-example", help="Print .env.example: every setting, what it is for, what it takes."),
    ] = False,
) -> None:
    """Print the settings in force; of the token and the database only whether they are set.

    For example:

    - `paddock settings`
    - `paddock settings --env-example > .env`
    """
    from bot.cli import settings_text  # noqa: PLC0415

    if env_example:
        print(settings_text.env_example(), end="")
    else:
        print(settings_text.overview(_settings()))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit.

    Args:
        arguments: what stands after the program's name; the process's own by default.

    Raises:
        SystemExit: always; 0 for done, 1 for a failure that was named, 2 for wrong use, 78 settings.
    """
    from bot.domain.errors import LoginRefusedError, PaddockError  # noqa: PLC0415

    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=repeat_flags(given, SEVERAL_VALUES), prog_name="paddock")
    except PaddockError as error:
        from bot.text import error_text  # noqa: PLC0415

        print(error_text(error, _settings().language), file=sys.stderr)
        sys.exit(EXIT_CONFIG if isinstance(error, LoginRefusedError) else EXIT_FAILED)


def _settings(*, with_token: bool = False) -> "Settings":
    """Read the settings, or say what is wrong with them and exit."""
    from bot.settings import SettingsError, load_settings  # noqa: PLC0415

    env_file = Path.cwd() / ".env"
    try:
        settings = load_settings(os.environ, env_file)
        if with_token:
            settings.require_token()
    except SettingsError as error:
        from bot.cli.settings_text import error_lines  # noqa: PLC0415

        print(*error_lines(error, env_file), sep="\n", file=sys.stderr)
        raise typer.Exit(EXIT_CONFIG) from None
    return settings


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level, format=LOG_FORMAT, stream=sys.stderr)
    # Alembic tells at INFO which of its own parts it has loaded.
    logging.getLogger("alembic").setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
