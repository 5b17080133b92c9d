"""What a guild chooses for a source: how much it counts, what is taken from it, for which roundup, whether at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.article import Article
from bot.domain.errors import GoneError, NotAllowedError
from bot.domain.source import Source, SourceWeightError
from bot.storage import article as articles
from bot.storage import roundup as roundups
from bot.storage.store import Session
from tests.house import EVERY, GUILD, MEMBER, OTHER_GUILD, Entry, House, NewsServer, editor, manager

VANS, TRUCKS = Entry("vans", "Vans are back"), Entry("trucks", "Trucks grow")


def setting(**fields: object) -> Callable[[Source], Source]:
    return lambda source: replace(source, **fields)


async def given(house: House, guild_id: int = GUILD, roundup_id: int | None = None) -> dict[str, Article]:
    since = house.clock.now() - timedelta(days=1)
    found = await house.store.read(lambda s: articles.articles_since(s, guild_id, since, roundup_id=roundup_id))
    return {article.title: article for article in found}


async def audited(house: House) -> list[tuple[str, dict[str, str]]]:
    entries = await house.guilds.audit(manager())
    return [(entry.action.removeprefix("source.audit."), dict(entry.params)) for entry in reversed(entries)]


async def test_articles_carry_what_the_guild_says_of_their_source_and_no_other_guilds(house: House, news: NewsServer):
    url = news.publish("/motor", VANS)
    source, _ = await house.sources.add(editor(), url)
    await house.sources.add(editor(OTHER_GUILD), url)
    change = setting(weight_percent=300, is_ours=True, is_paywalled=True)
    changed = await house.sources.change(editor(), source.id, change)
    assert (changed.weight_percent, changed.is_ours, changed.is_paywalled) == (300, True, True)
    assert await house.sources.source(GUILD, source.id) == changed
    article = (await given(house))["Vans are back"]
    assert (article.weight, article.is_ours, article.is_paywalled) == (3.0, True, True)
    other = (await given(house, OTHER_GUILD))["Vans are back"]
    assert (other.weight, other.is_ours, other.is_paywalled) == (1.0, False, False)
    name = {"name": "Motor Daily"}
    assert (await audited(house))[1:] == [("weight", name | {"weight": "3"}), ("ours", name), ("paywalled", name)]


async def test_articles_without_the_words_are_left_out(house: House, news: NewsServer):
    source, _ = await house.sources.add(editor(), news.publish("/motor", VANS, TRUCKS))
    await house.sources.change(editor(), source.id, setting(include_words=("vans", "trucks")))
    assert {*await given(house)} == {"Vans are back", "Trucks grow"}
    await house.sources.change(editor(), source.id, setting(include_words=(), exclude_words=("VANS",)))
    assert {*await given(house)} == {"Trucks grow"}
    assert (await audited(house))[-1] == (
        "words",
        {"name": "Motor Daily", "include": "—", "exclude": "VANS"},
    )


async def test_a_source_for_one_roundup_feeds_no_other(guild: House, news: NewsServer):
    async def write(session: Session) -> int:
        (first,) = await roundups.roundups_of(session, GUILD)
        return await roundups.save_roundup(session, replace(first, id=0, name="Evening"))

    evening = await guild.store.write(write)
    first, second = await guild.sources.roundups(GUILD)
    assert second.id == evening
    source, _ = await guild.sources.add(editor(), news.publish("/motor", VANS))
    await guild.sources.change(editor(), source.id, setting(roundup_id=evening))
    assert {*await given(guild, roundup_id=evening)} == {"Vans are back"}
    assert await given(guild, roundup_id=first.id) == {}
    await guild.sources.change(editor(), source.id, setting(roundup_id=None))
    assert {*await given(guild, roundup_id=first.id)} == {"Vans are back"}
    assert [action for action, _ in await audited(guild)][-2:] == ["roundup", "all_roundups"]


async def test_a_paused_source_gives_nothing_and_is_not_asked_unless_another_guild_wants_it(
    house: House, news: NewsServer
):
    url = news.publish("/motor", VANS)
    source, _ = await house.sources.add(editor(), url)
    other, _ = await house.sources.add(editor(OTHER_GUILD), url)
    await house.sources.change(editor(), source.id, setting(is_paused=True))
    assert await given(house) == {}
    assert {*await given(house, OTHER_GUILD)} == {"Vans are back"}
    asked = news.asked("/motor")
    house.clock.advance(EVERY)
    await house.run_due()
    assert news.asked("/motor") == asked + 1  # for the other guild
    await house.sources.change(editor(OTHER_GUILD), other.id, setting(is_paused=True))
    house.clock.advance(EVERY)
    await house.run_due()
    await house.sources.refresh(GUILD)
    assert news.asked("/motor") == asked + 1
    assert await house.due.next_due(["feed"]) is None
    await house.sources.change(editor(), source.id, setting(is_paused=False))
    await house.run_due()
    assert news.asked("/motor") == asked + 2
    assert await house.due.next_due(["feed"]) is not None


async def test_a_guild_has_one_column_of_its_own(house: House, news: NewsServer):
    first, _ = await house.sources.add(editor(), news.publish("/motor", VANS, name="Motor"))
    second, _ = await house.sources.add(editor(), news.publish("/torque", TRUCKS, name="Torque"))
    await house.sources.change(editor(), first.id, setting(is_ours=True))
    await house.sources.change(editor(), second.id, setting(is_ours=True))
    assert [source.is_ours for source in await house.sources.list(GUILD)] == [False, True]
    assert (await audited(house))[-2:] == [("not_ours", {"name": "Motor"}), ("ours", {"name": "Torque"})]


async def test_what_may_not_be_changed_is_refused_and_changes_nothing(house: House, news: NewsServer):
    source, _ = await house.sources.add(editor(), news.publish("/motor", VANS))
    for actor, source_id, change, error in (
        (MEMBER, source.id, setting(is_paused=True), NotAllowedError),
        (editor(OTHER_GUILD), source.id, setting(is_paused=True), GoneError),
        (editor(), 999, setting(is_paused=True), GoneError),
        (editor(), source.id, setting(weight_percent=1000), SourceWeightError),
        (editor(), source.id, setting(roundup_id=999), GoneError),
    ):
        with pytest.raises(error):
            await house.sources.change(actor, source_id, change)
    assert await house.sources.list(GUILD) == (source,)
    assert [action for action, _ in await audited(house)] == ["added"]
