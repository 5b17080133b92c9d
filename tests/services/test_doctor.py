"""What /doctor finds in what we keep."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.domain.due_work import CannotActError
from bot.domain.guild import Part, PauseScope
from bot.domain.roundup import EditionStep
from bot.services.doctor import Finding
from bot.text import LANGUAGES, text
from tests.house import CHANNEL, START, Entry, House, NewsServer, editor, manager

DUE = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)
VANS = Entry("vans", "Vans are back")


def ids(findings: Iterable[Finding]) -> list[str]:
    for finding in findings:
        for language in LANGUAGES:
            assert text(finding.message_id, language, **finding.params)
    return [finding.message_id for finding in findings]


async def test_the_doctor_finds_a_guild_that_was_not_set_up(house: House):
    assert ids(await house.doctor.examine(manager())) == ["help.doctor.not_set_up"]


async def test_the_doctor_finds_nothing_where_all_is_well(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", VANS))
    guild.clock.move_to(DUE)
    await guild.run_due()
    assert await guild.doctor.examine(manager()) == ()


async def test_the_doctor_finds_what_keeps_an_edition_from_appearing(guild: House):
    await guild.set_up(parts=frozenset({Part.QUESTION}))
    await guild.guilds.pause(manager(), frozenset({PauseScope.POSTS}), START + timedelta(hours=1))
    assert ids(await guild.doctor.examine(manager())) == [
        "help.doctor.roundup_off",
        "help.doctor.paused",
        "help.doctor.no_sources",
    ]
    guild.clock.advance(timedelta(hours=1))
    assert "help.doctor.paused" not in ids(await guild.doctor.examine(manager()))


async def test_the_doctor_names_each_source_that_fails(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", VANS, name="Motor Daily"))
    await guild.sources.add(editor(), news.publish("/good", VANS, name="Good"))
    news.answer("/motor", status=500)
    guild.clock.advance(timedelta(minutes=30))
    await guild.run_due()
    (finding,) = await guild.doctor.examine(manager())
    assert finding.message_id == "help.doctor.source"
    assert finding.params["name"] == "Motor Daily"
    assert finding.params["reason"]


async def test_the_doctor_finds_what_was_given_up(guild: House, news: NewsServer):
    await guild.sources.add(editor(), news.publish("/motor", VANS))
    guild.desk.failing = {EditionStep.MESSAGE: CannotActError(what="Missing Permissions", channel=f"<#{CHANNEL}>")}
    guild.clock.move_to(DUE)
    await guild.run_due()
    (finding,) = await guild.doctor.examine(manager())
    assert finding.message_id.startswith("help.doctor.parked")
    guild.desk.failing = {}
    await guild.roundups.post_now(editor())
    await guild.run_due()
    assert await guild.doctor.examine(manager()) == ()
