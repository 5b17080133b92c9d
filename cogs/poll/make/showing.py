"""What /poll list, results and export answer."""

import asyncio
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import discord

from bot.domain.errors import PaddockError
from bot.domain.poll.poll import SHOWN_FROM_BALLOTS, Poll, PollState
from bot.domain.poll.record import Record
from bot.edge.markdown import link
from bot.render.poll_export import record_csv, record_json
from bot.services.poll_count import ShownPoll
from bot.settings import MEBIBYTE
from bot.text import plural, text

QUESTION_SHOWN_CHARS = 120
LISTED_MAX = 200  # ten pages: whoever looks further back asks for a state


class ExportLargeError(PaddockError):
    """The record is larger than Discord takes a file, even packed. Params: limit (in MiB)."""

    message_id = "poll_make.error.export_large"


def poll_line(poll: Poll, asked_in: str) -> str:
    """Return one poll of the list: its question with a link to its card, its kind, and what happens to it when."""
    kind = text(f"poll_make.kind.{poll.rules.kind.value}", asked_in)
    return f"- **{link(poll.question, poll.link, QUESTION_SHOWN_CHARS)}**\n-# {kind} · {_when(poll, asked_in)}"


def _when(poll: Poll, asked_in: str) -> str:
    match poll.state:
        case PollState.SCHEDULED:
            return text("poll_make.list.opens", asked_in, at=_stamp(poll.opens_at.timestamp()))
        case PollState.OPEN if poll.ends_at is None:
            return text("poll_make.list.by_hand", asked_in)
        case PollState.OPEN if poll.ends_at is not None:
            return text("poll_make.list.closes", asked_in, at=_stamp(poll.ends_at.timestamp()))
        case PollState.CLOSED if poll.final_at is not None:
            return text("poll_make.list.final_at", asked_in, at=_stamp(poll.final_at.timestamp()))
        case PollState.FINAL if poll.is_void:
            return text("native.list.no_result", asked_in)
        case _:
            at = poll.closed_at or poll.opens_at
            return text("poll_make.list.closed", asked_in, at=f"<t:{round(at.timestamp())}:d>")


def _stamp(at: float) -> str:
    return f"<t:{round(at)}:R>"


def untold_sentence(shown: ShownPoll, asked_in: str) -> str:
    """Return why a result is not told, and how many have voted."""
    poll = shown.poll
    if poll.state is PollState.SCHEDULED:
        return text("poll.error.not_open", asked_in, at=round(poll.opens_at.timestamp()))
    if poll.holds_back:
        return text("vote.card.held_back", asked_in, votes=SHOWN_FROM_BALLOTS)
    if poll.bracket is not None:  # its opening vote
        return plural("poll_make.results.opening", asked_in, shown.count.counted)
    name = "poll_make.results.hidden" if poll.rules.is_hidden else "poll_make.results.too_few"
    return plural(name, asked_in, shown.count.counted)


@dataclass(frozen=True, slots=True)
class Exported:
    """A final poll's record as it is handed out.

    `name` is the file that `paddock recount` reads; `has_csv` says whether the same ballots are there for a
    spreadsheet, too.
    """

    files: Sequence[discord.File]
    name: str
    has_csv: bool = True


async def record_files(record: Record, *, bytes_max: int) -> Exported:
    """Return a final poll's record as CSV and JSON; packed if Discord would not take them as they are.

    What is even then too large is handed out without the CSV, which says nothing that the JSON does not say.

    Raises:
        ExportLargeError: if even that is too large.
    """
    csv, json = await asyncio.to_thread(_files, record)
    if len(csv.content) + len(json.content) <= bytes_max:
        return Exported([csv.as_discord_takes_it(), json.as_discord_takes_it()], json.name)
    for files in ((csv, json), (json,)):
        packed = await asyncio.to_thread(_packed, f"poll-{record.poll.id}.zip", files)
        if len(packed.content) <= bytes_max:
            return Exported([packed.as_discord_takes_it()], packed.name, has_csv=csv in files)
    raise ExportLargeError(limit=bytes_max // MEBIBYTE)


class _File(NamedTuple):
    name: str
    content: bytes

    def as_discord_takes_it(self) -> discord.File:
        return discord.File(io.BytesIO(self.content), self.name)


def _files(record: Record) -> tuple[_File, _File]:
    name = f"poll-{record.poll.id}"
    return _File(f"{name}.csv", record_csv(record).encode()), _File(f"{name}.json", record_json(record).encode())


def _packed(name: str, files: Sequence[_File]) -> _File:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.name, file.content)
    return _File(name, written.getvalue())
