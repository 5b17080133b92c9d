"""When a guild's roundups stand on the agenda, kept in line with what the guild chose."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.guild import Part
from bot.domain.roundup import ROUNDUP, Roundup
from bot.services.due_work import DueWorkService
from bot.storage import guild as guilds
from bot.storage import roundup as table
from bot.storage.store import Session


async def rhythm_of(session: Session, guild_id: int) -> Mapping[int, Roundup]:
    """Return the roundups that are to be planned, by id; none before /setup and with the part off."""
    settings = await guilds.settings_of(session, guild_id)
    if settings is None or Part.ROUNDUP not in settings.parts:
        return {}
    return {roundup.id: roundup for roundup in await table.roundups_of(session, guild_id)}


async def replan(
    session: Session, due: DueWorkService, guild_id: int, now: datetime, *, before: Mapping[int, Roundup]
) -> Mapping[int, datetime]:
    """Bring the agenda in line with what was just written, and return when the next edition of each roundup comes.

    A change that does not touch the time leaves the agenda alone: an edition that is due and has not begun, or that
    waits after a failure, must not be put off to tomorrow because somebody pressed Save.

    Args:
        session: the transaction of the change.
        due: the agenda.
        guild_id: whose roundups.
        now: the present moment.
        before: what `rhythm_of` said before the change.
    """
    after = await rhythm_of(session, guild_id)
    for gone in before.keys() - after.keys():
        await due.cancel(session, ROUNDUP, gone)
    planned: dict[int, datetime] = {}
    for roundup in after.values():
        earlier = before.get(roundup.id)
        posting_at, begins_at = None, None
        if earlier is not None and _times(earlier) == _times(roundup):
            begins_at = await due.planned_at(session, ROUNDUP, roundup.id)
            posting_at = None if begins_at is None else earlier.posting_of(begins_at)
        posting_at = posting_at or roundup.next_after(now)
        # An edition that is wanted earlier for its approval may have to begin at once.
        if begins_at != posting_at - roundup.lead:
            await due.schedule(session, ROUNDUP, roundup.id, posting_at - roundup.lead, guild_id=guild_id)
        planned[roundup.id] = posting_at
    return planned


def _times(roundup: Roundup) -> tuple[object, ...]:
    return (roundup.at, roundup.timezone, roundup.days)
