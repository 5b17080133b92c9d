"""Settings: set up, changed, paused, refused, and told who changed what."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.actor import Actor, Capability
from bot.domain.errors import NotAllowedError, NotSetUpError
from bot.domain.guild import BadLanguageError, Part, PauseScope, UnknownZoneError
from bot.domain.when import PastMomentError
from bot.services.guild import AUDIT_PAGE
from bot.text import LANGUAGES, error_text, text
from tests.house import CHANNEL, GUILD, MEMBER, NOTICES, OTHER_GUILD, ROLE, START, USER, House, editor, manager

POSTS = frozenset({PauseScope.POSTS})
FIRST = datetime(2026, 11, 18, 6, 30, tzinfo=UTC)  # 7:30 in Berlin


async def actions(house: House) -> list[str]:
    return [entry.action for entry in await house.guilds.audit(manager())]


async def planned(house: House) -> tuple[datetime, str] | None:
    return await house.due.next_due(["roundup"])


async def test_nothing_is_known_and_nothing_is_due_before_set_up(house: House):
    assert await house.guilds.find(GUILD) is None
    with pytest.raises(NotSetUpError):
        await house.guilds.settings(GUILD)
    with pytest.raises(NotSetUpError):
        await house.guilds.roundup(GUILD)
    for asked in (
        house.guilds.change(manager(), lambda before: before, "guild.audit.resumed", scope="posts"),
        house.guilds.change_roundup(manager(), lambda before: before, "guild.audit.resumed", scope="posts"),
        house.guilds.pause(manager(), POSTS, None),
        house.guilds.resume(manager(), POSTS),
    ):
        with pytest.raises(NotSetUpError):
            await asked
    assert await actions(house) == []
    assert await planned(house) is None


async def test_set_up_writes_everything_that_was_chosen(house: House):
    assert await house.set_up(language="ja") == FIRST
    settings = await house.guilds.settings(GUILD)
    assert (settings.language, settings.timezone, settings.parts) == ("ja", "Europe/Berlin", frozenset(Part))
    assert (settings.set_up_at, settings.version, settings.pauses) == (START, 1, ())
    roundup = await house.guilds.roundup(GUILD)
    assert (roundup.name, roundup.channel_id, roundup.at) == ("Morning roundup", CHANNEL, time(7, 30))
    assert (roundup.timezone, roundup.notify_role_id) == ("Europe/Berlin", ROLE)
    assert await planned(house) == (FIRST, "roundup")
    (entry,) = await house.guilds.audit(manager())
    assert (entry.actor_id, entry.at) == (USER, START)
    assert "Europe/Berlin" in text(entry.action, "en", **entry.params)


async def test_set_up_a_second_time_keeps_what_it_does_not_ask(guild: House):
    await guild.guilds.change(
        manager(),
        lambda before: replace(
            before, notices_channel_id=NOTICES, granted_roles={Capability.EDIT: frozenset({ROLE, 7})}
        ),
        "guild.audit.notices",
        channel=f"<#{NOTICES}>",
    )
    await guild.guilds.pause(manager(), POSTS, None)
    guild.clock.advance(timedelta(days=1))
    roundup = await guild.guilds.roundup(GUILD)
    await guild.set_up(timezone="Asia/Tokyo", channel_id=77)
    settings = await guild.guilds.settings(GUILD)
    assert settings.set_up_at == START
    assert settings.notices_channel_id == NOTICES
    assert settings.granted_roles == {Capability.EDIT: frozenset({ROLE, 7})}
    assert settings.is_paused(PauseScope.POSTS, guild.clock.now())
    moved = await guild.guilds.roundup(GUILD)
    assert (moved.id, moved.timezone, moved.channel_id) == (roundup.id, "Asia/Tokyo", 77)


async def test_a_city_is_stored_as_the_zone_that_it_names(house: House):
    await house.set_up(timezone="tokyo")
    assert (await house.guilds.settings(GUILD)).zone.key == "Asia/Tokyo"
    after = await house.guilds.change(
        manager(), lambda before: replace(before, timezone="new york"), "guild.audit.resumed", scope="posts"
    )
    assert after.timezone == (await house.guilds.roundup(GUILD)).timezone == "America/New_York"


async def test_a_change_returns_the_settings_as_they_stand_with_a_version_that_grows(guild: House):
    versions: list[int] = []
    for language in ("ja", "en", "en"):
        after = await guild.guilds.change(
            manager(), lambda before, to=language: replace(before, language=to), "guild.audit.resumed", scope="posts"
        )
        assert after == await guild.guilds.settings(GUILD)
        versions.append(after.version)
    assert versions == [2, 3, 4]


async def test_changes_at_the_same_time_are_all_kept(guild: House):
    async def grant(role_id: int) -> None:
        def edit_roles(before):
            roles = before.granted_roles.get(Capability.MODERATE, frozenset())
            return replace(before, granted_roles={Capability.MODERATE: roles | {role_id}})

        await guild.guilds.change(manager(), edit_roles, "guild.audit.roles", capability="moderate", roles="@a")

    await asyncio.gather(*(grant(role_id) for role_id in range(1, 11)))
    settings = await guild.guilds.settings(GUILD)
    assert settings.granted_roles == {Capability.MODERATE: frozenset(range(1, 11))}
    assert settings.version == 11


@pytest.mark.parametrize(
    ("choice", "error"),
    [({"timezone": "Mars/Olympus"}, UnknownZoneError), ({"language": "tlh"}, BadLanguageError)],
)
async def test_a_choice_that_is_none_is_refused_and_changes_nothing(
    house: House, choice: dict[str, str], error: type[UnknownZoneError] | type[BadLanguageError]
):
    with pytest.raises(error) as refused:
        await house.set_up(**choice)
    for language in LANGUAGES:
        assert next(iter(choice.values())) in error_text(refused.value, language)
    assert await house.guilds.find(GUILD) is None
    await house.set_up()
    before = await house.guilds.settings(GUILD)
    with pytest.raises(error):
        await house.guilds.change(manager(), lambda s: replace(s, **choice), "guild.audit.resumed", scope="posts")
    assert await house.guilds.settings(GUILD) == before
    assert await actions(house) == ["guild.audit.set_up"]


@pytest.mark.parametrize("asker", [MEMBER, editor()])
async def test_who_may_not_manage_changes_nothing(guild: House, asker: Actor):
    before = await guild.guilds.settings(GUILD)
    service = guild.guilds
    asked: list[Callable[[], Awaitable[object]]] = [
        lambda: service.change(asker, lambda s: replace(s, language="ja"), "guild.audit.resumed", scope="posts"),
        lambda: service.change_roundup(asker, lambda r: replace(r, at=time(9)), "guild.audit.resumed", scope="posts"),
        lambda: service.pause(asker, POSTS, None),
        lambda: service.pause(asker, POSTS, START - timedelta(days=1)),  # not told about the time, but about the right
        lambda: service.resume(asker, POSTS),
        lambda: service.audit(asker),
        lambda: guild.doctor.examine(asker),
    ]
    for ask in asked:
        with pytest.raises(NotAllowedError) as refused:
            await ask()
        assert refused.value.params == {"capability": "manage"}
    assert await guild.guilds.settings(GUILD) == before
    assert await actions(guild) == ["guild.audit.set_up"]
    assert await planned(guild) == (FIRST, "roundup")


async def test_a_manager_of_another_guild_changes_that_one(guild: House):
    with pytest.raises(NotSetUpError):
        await guild.guilds.pause(manager(OTHER_GUILD), POSTS, None)
    assert await guild.guilds.audit(manager(OTHER_GUILD)) == ()
    assert not (await guild.guilds.settings(GUILD)).pauses


async def test_a_pause_holds_until_its_end_or_until_it_is_resumed(guild: House):
    until = START + timedelta(hours=2)
    await guild.guilds.pause(manager(), frozenset(PauseScope), until)
    settings = await guild.guilds.settings(GUILD)
    for scope in PauseScope:
        assert settings.is_paused(scope, until - timedelta(seconds=1))
        assert not settings.is_paused(scope, until)
    await guild.guilds.pause(manager(), POSTS, None)
    await guild.guilds.resume(manager(), frozenset({PauseScope.RULES}))
    settings = await guild.guilds.settings(GUILD)
    assert settings.is_paused(PauseScope.POSTS, until + timedelta(days=900))
    assert not settings.is_paused(PauseScope.RULES, START)
    assert len(await actions(guild)) == 4


@pytest.mark.parametrize("ago", [timedelta(), timedelta(seconds=1), timedelta(days=9)])
async def test_a_pause_that_would_be_over_is_refused(guild: House, ago: timedelta):
    with pytest.raises(PastMomentError) as refused:
        await guild.guilds.pause(manager(), POSTS, START - ago)
    assert f"<t:{int((START - ago).timestamp())}" in error_text(refused.value, "en")
    assert not (await guild.guilds.settings(GUILD)).pauses
    assert await actions(guild) == ["guild.audit.set_up"]


async def test_the_audit_trail_is_read_page_by_page_newest_first(guild: House):
    for hour in range(24):
        guild.clock.advance(timedelta(minutes=1))
        await guild.guilds.change(manager(), lambda before: before, "guild.audit.notices", channel=f"<#{hour}>")
    first = await guild.guilds.audit(manager())
    second = await guild.guilds.audit(manager(), before_id=first[-1].id)
    third = await guild.guilds.audit(manager(), before_id=second[-1].id)
    assert [len(page) for page in (first, second, third)] == [AUDIT_PAGE, AUDIT_PAGE, 5]
    entries = [*first, *second, *third]
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert [entry.params.get("channel") for entry in entries[:2]] == ["<#23>", "<#22>"]
    assert entries[-1].action == "guild.audit.set_up"
    assert await guild.guilds.audit(manager(), before_id=entries[-1].id) == ()


async def test_every_line_of_the_audit_trail_can_be_told_in_every_language(guild: House):
    await guild.guilds.pause(manager(), POSTS, START + timedelta(hours=1))
    await guild.guilds.pause(manager(), POSTS, None)
    await guild.guilds.resume(manager(), POSTS)
    for entry in await guild.guilds.audit(manager()):
        for language in LANGUAGES:
            assert text(entry.action, language, **entry.params)


async def test_a_new_time_or_zone_moves_the_next_edition(guild: House):
    later = await guild.guilds.change_roundup(
        manager(), lambda before: replace(before, at=time(9)), "guild.audit.resumed", scope="posts"
    )
    assert later == FIRST + timedelta(minutes=90)
    assert await planned(guild) == (later, "roundup")
    await guild.guilds.change(
        manager(), lambda before: replace(before, timezone="Asia/Tokyo"), "guild.audit.resumed", scope="posts"
    )
    assert await planned(guild) == (datetime(2026, 11, 19, 0, 0, tzinfo=UTC), "roundup")


async def test_the_roundup_is_off_the_agenda_while_its_part_is_off(guild: House):
    parts = frozenset({Part.QUESTION})
    assert await guild.set_up(parts=parts) is None
    assert await planned(guild) is None
    assert await guild.set_up() == FIRST
    await guild.guilds.change(manager(), lambda s: replace(s, parts=parts), "guild.audit.resumed", scope="posts")
    assert await planned(guild) is None
    assert await guild.set_up(OTHER_GUILD, parts=frozenset()) is None
    assert await planned(guild) is None


async def test_a_change_of_something_else_does_not_put_off_an_edition_that_is_due(guild: House):
    guild.clock.move_to(FIRST)
    await guild.guilds.change(
        manager(), lambda before: replace(before, notices_channel_id=NOTICES), "guild.audit.notices", channel="<#1>"
    )
    await guild.guilds.pause(manager(), POSTS, None)
    await guild.guilds.resume(manager(), POSTS)
    assert await guild.set_up(language="ja") == FIRST
    assert await planned(guild) == (FIRST, "roundup")


async def test_saving_again_brings_a_roundup_back_whose_planning_was_given_up(guild: House):
    guild.clock.move_to(FIRST)
    work = await guild.claim("roundup")
    await guild.due.fail(work, "broken", FIRST, permanent=True)
    assert await planned(guild) is None
    tomorrow = FIRST + timedelta(days=1)
    assert await guild.set_up() == tomorrow
    assert await planned(guild) == (tomorrow, "roundup")
