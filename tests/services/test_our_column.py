"""The guild's own column, which an edition waits for."""

from datetime import time, timedelta

import pytest

from bot.domain.roundup import (
    COLUMN_LOOK_EVERY,
    EditionState,
    EditionStep,
)
from bot.storage import source as sources
from tests.house import (
    Entry,
    House,
    NewsServer,
    editor,
)
from tests.services.reviewing import DAY, DUE, change, steps


async def ours(house: House, news: NewsServer) -> None:
    """Mark a second source as the guild's own column, which has nothing of today."""
    url = news.publish("/ours", Entry("old", "Yesterday's column", published_at=DUE - DAY), name="Our Column")
    source, _ = await house.sources.add(editor(), url)

    async def mark(session) -> None:
        row = await session.get_one(sources.SourceRow, source.id)
        row.is_ours = True

    await house.store.write(mark)


async def test_the_edition_waits_for_our_column_and_comes_when_it_is_there(column: House, news: NewsServer):
    await ours(column, news)
    await change(column, column_deadline=time(9, 0))
    column.clock.move_to(DUE)
    await column.run_due()
    assert set(steps(column)) == {EditionStep.GATHER}
    assert await column.due.next_due(["edition"]) == (DUE + COLUMN_LOOK_EVERY, "edition")
    news.publish("/ours", Entry("new", "Today's column", published_at=DUE + timedelta(minutes=8)), name="Our Column")
    for _ in range(3):
        column.clock.advance(COLUMN_LOOK_EVERY)
        await column.run_due()
    edition = await column.only_edition()
    assert edition.state is EditionState.POSTED
    assert edition.content is not None
    assert any("https://motor.example/new" in story for story in edition.content.stories)


async def test_without_our_column_the_others_make_the_edition_at_the_deadline(column: House, news: NewsServer):
    await ours(column, news)
    await change(column, column_deadline=time(7, 42))
    column.clock.move_to(DUE)
    for minutes in (0, 5, 10, 11):
        column.clock.move_to(DUE + timedelta(minutes=minutes))
        await column.run_due()
        assert set(steps(column)) == {EditionStep.GATHER}
    column.clock.move_to(DUE + timedelta(minutes=12))
    await column.run_due()
    edition = await column.only_edition()
    assert (edition.state, edition.posted_at) == (EditionState.POSTED, DUE + timedelta(minutes=12))


@pytest.mark.parametrize("how", ["none is ours", "ours is paused", "no deadline", "now"])
async def test_nothing_is_waited_for_without_a_column_or_a_deadline_or_when_it_is_wanted_now(
    column: House, news: NewsServer, how: str
):
    if how != "none is ours":
        await ours(column, news)
    if how == "ours is paused":

        async def pause(session) -> None:
            for row in await session.scalars(sources.select(sources.SourceRow).where(sources.SourceRow.is_ours)):
                row.is_paused = True

        await column.store.write(pause)
    if how != "no deadline":
        await change(column, column_deadline=time(9))
    column.clock.move_to(DUE - timedelta(minutes=1) if how == "now" else DUE)
    if how == "now":
        await column.roundups.post_now(editor())
    await column.run_due()
    assert (await column.only_edition()).state is EditionState.POSTED
