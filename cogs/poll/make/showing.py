"""What /poll list, results and export answer."""

import asyncio
import io
import zipfile
from collections.abc import Sequence

import discord

from bot.domain.errors import PaddockError
from bot.domain.poll.poll import Poll, PollState
from bot.domain.poll.record import Record
from bot.edge.markdown import link
from bot.render.poll_export import record_csv, record_json
from bot.services.poll_count import ShownPoll
from bot.text import plural, text

QUESTION_SHOWN_CHARS = 120
LISTED_MAX = 200  # ten pages: whoever looks further back asks for a state


class ExportLargeError(PaddockError):
    """The record is larger than Discord takes a file. Params: limit (in MB)."""

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
    if poll.bracket is not None:  # its opening vote
        return plural("poll_make.results.opening", asked_in, shown.count.counted)
    name = "poll_make.results.hidden" if poll.rules.is_hidden else "poll_make.results.too_few"
    return plural(name, asked_in, shown.count.counted)


async def record_files(record: Record, *, bytes_max: int) -> Sequence[discord.File]:
    """Return a final poll's record as CSV and JSON; packed into one archive if Discord would not take them as they are.

    Raises:
        ExportLargeError: if even that is too large.
    """
    files = await asyncio.to_thread(_files, record)
    if sum(len(content) for content in files.values()) > bytes_max:
        packed = await asyncio.to_thread(_packed, files)
        if len(packed) > bytes_max:
            raise ExportLargeError(limit=bytes_max // 2**20)
        files = {f"poll-{record.poll.id}.zip": packed}
    return [discord.File(io.BytesIO(content), name) for name, content in files.items()]


def _files(record: Record) -> dict[str, bytes]:
    name = f"poll-{record.poll.id}"
    return {f"{name}.csv": record_csv(record).encode(), f"{name}.json": record_json(record).encode()}


def _packed(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()
