"""Real feeds in the demo: files are served on loopback, addresses are read where they are."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot.cli.files import read_file
from bot.feeds.worker import ParserProcess


@dataclass(frozen=True, slots=True)
class Reprint:
    """The addresses under which the feeds can be read, this machine's ports among them, and the newest article."""

    urls: tuple[str, ...]
    ports: frozenset[int]
    newest_at: datetime | None
