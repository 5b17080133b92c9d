"""Several roundups of one guild: made, planned, deleted."""

from dataclasses import replace
from datetime import UTC, datetime, time
from functools import partial

import pytest

from bot.domain.editing import (
    ROUNDUPS_MAX,
    LastRoundupError,
    RoundupLimitError,
    RoundupNameError,
)
from bot.domain.errors import GoneError, NotAllowedError
from bot.domain.roundup import (
    Roundup,
)
from bot.services.guild import EDITION_KINDS
from bot.storage import editing as table
from bot.storage import source as sources
from tests.house import (
    CHANNEL,
    GUILD,
    House,
    editor,
    manager,
)
from tests.services.reviewing import DUE


def evening(name: str = "Evening", channel_id: int = CHANNEL) -> Roundup:
    return Roundup(0, 0, name, channel_id, time(18), "UTC", None)


async def test_a_second_roundup_is_planned_besides_the_first_in_the_guilds_zone(column: House):
    made = await column.guilds.add_roundup(manager(), evening())
    assert (made.guild_id, made.timezone) == (GUILD, "Europe/Berlin")
    assert await column.due.next_due(["roundup"]) == (DUE, "roundup")
    column.clock.move_to(DUE)
    await column.run_due()
    assert await column.due.next_due(["roundup"]) == (datetime(2026, 11, 18, 17, 0, tzinfo=UTC), "roundup")
    await column.guilds.change(manager(), lambda s: replace(s, timezone="UTC"), "guild.audit.resumed", scope="posts")
    planned = await column.store.read(lambda session: column.due.planned_at(session, "roundup", made.id))
    assert planned == datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
    with pytest.raises(RoundupNameError):
        await column.guilds.add_roundup(manager(), evening())
    with pytest.raises(NotAllowedError):
        await column.guilds.add_roundup(editor(), evening("Other"))


async def test_roundups_have_a_limit(column: House):
    for number in range(ROUNDUPS_MAX - 1):
        await column.guilds.add_roundup(manager(), evening(f"Paper {number}"))
    with pytest.raises(RoundupLimitError):
        await column.guilds.add_roundup(manager(), evening())


async def test_a_deleted_roundup_leaves_nothing_on_the_agenda_and_frees_its_sources(column: House):
    made = await column.guilds.add_roundup(manager(), evening())

    async def bind(session) -> None:
        (source,) = await sources.sources_of(session, GUILD)
        (await session.get_one(sources.SourceRow, source.id)).roundup_id = made.id

    await column.store.write(bind)
    edition = await column.roundups.post_now(editor(), made.id)
    for kind in EDITION_KINDS:
        await column.schedule(kind, edition.id, DUE)
    await column.guilds.delete_roundup(manager(), made.id)
    assert await column.due.next_due([*EDITION_KINDS]) is None
    assert await column.due.next_due(["roundup"]) == (DUE, "roundup")
    assert await column.history() == ()
    (source,) = await column.sources.list(GUILD)
    assert source.roundup_id is None
    (left,) = await column.guilds.roundups(GUILD)
    with pytest.raises(LastRoundupError):
        await column.guilds.delete_roundup(manager(), left.id)
    with pytest.raises(GoneError):
        await column.guilds.delete_roundup(manager(), made.id)


async def test_a_roundup_that_was_deleted_while_its_edition_is_claimed_posts_nothing(column: House):
    made = await column.guilds.add_roundup(manager(), evening())
    await column.roundups.post_now(editor(), made.id)
    await column.store.write(partial(table.delete_roundup, roundup_id=made.id, edition_kinds=()))
    await column.run_due()
    assert column.desk.taken == []
    assert await column.due.next_due(["edition"]) is None
