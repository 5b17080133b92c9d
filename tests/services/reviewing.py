"""A guild whose editors see each draft first, for the tests of what they do with it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.domain.actor import Capability
from bot.domain.roundup import (
    REVIEW_LEAD,
    EditionRecord,
    EditionStep,
    Roundup,
)
from tests.house import (
    REVIEW,
    House,
    actor,
    manager,
)

DUE = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)  # 7:30 in Berlin
DRAFTED = DUE - REVIEW_LEAD
TODAY = date(2026, 11, 18)
DAY = timedelta(days=1)
OTHER_EDITOR = actor(Capability.EDIT, user_id=4_002)


async def change(house: House, **changes: object) -> datetime | None:
    def edit(roundup: Roundup) -> Roundup:
        return replace(roundup, **changes)  # type: ignore[arg-type]

    return await house.guilds.change_roundup(manager(), edit, "guild.audit.resumed", scope="posts")


async def reviewed(house: House, **changes: object) -> EditionRecord:
    """Switch approval on, let the draft's hour come, and return the draft."""
    await change(house, review_channel_id=REVIEW, **changes)
    house.clock.move_to(DRAFTED)
    await house.run_due()
    return await house.only_edition()


def steps(house: House) -> list[EditionStep]:
    return [step for step, _ in house.desk.taken]
