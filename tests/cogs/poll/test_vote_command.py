"""/vote: a poll and an option by what is typed."""

from datetime import timedelta

from bot.domain.poll.draft import PollDraft
from bot.domain.poll.poll import Option
from bot.domain.poll.rules import Method, PollKind, PollRules
from tests.cogs.poll.polling import begin, forge


async def test_open_polls_are_offered_by_their_question(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    closed = await begin(bare_guild, question="Which one is over?")
    await closed.close()
    cars = await begin(bare_guild, question="Which car?")
    tyres = await begin(bare_guild, question="Which tyre?")

    assert await world.suggest(member, "general", "vote", "poll", "") == [
        ("Which tyre?", str(tyres.poll.id)),
        ("Which car?", str(cars.poll.id)),
    ]
    assert await world.suggest(member, "general", "vote", "poll", "TYRE") == [("Which tyre?", str(tyres.poll.id))]


async def test_options_are_offered_by_what_is_typed_25_at_most(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    labels = [f"Car {n}" for n in range(1, 61)]
    poll = await begin(bare_guild, labels=[*labels, "A car 4 all"])
    filled = {"poll": str(poll.poll.id)}

    assert len(await world.suggest(member, "general", "vote", "option", "", **filled)) == 25
    offered = await world.suggest(member, "general", "vote", "option", "car 4", **filled)
    assert [name for name, _ in offered] == ["Car 4", *(f"Car {n}" for n in range(40, 50)), "A car 4 all"]
    assert await world.suggest(member, "general", "vote", "option", "car", poll="nonsense") == []


async def test_an_option_that_was_picked_is_voted_for(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    poll = await begin(bare_guild, labels=["2", "1", "3"])
    (picked,) = await world.suggest(member, "general", "vote", "option", "1", poll=str(poll.poll.id))

    seen = await world.slash(member, "general", "vote", poll=str(poll.poll.id), option=picked[1])

    assert seen.private
    assert "Your vote: **1**" in seen.text
    assert await poll.marks(member) == ((2, 1),)


async def test_a_poll_and_an_option_that_were_typed_are_found_by_their_words(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    poll = await begin(bare_guild, question="Which car?")

    await world.slash(member, "general", "vote", poll="which CAR?", option="nissan 126x")

    assert await poll.marks(member) == ((2, 1),)


async def test_where_one_option_is_no_ballot_the_panel_opens(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    poll = await begin(bare_guild, PollRules(PollKind.RANKED, Method.SCHULZE))

    for options in ({}, {"option": "Nissan 126X"}):
        seen = await world.slash(member, "general", "vote", poll=str(poll.poll.id), **options)
        assert "Choose your favourite below" in seen.text
    assert await poll.marks(member) is None


async def test_without_an_option_all_are_shown(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    poll = await begin(bare_guild)

    panel = await world.slash(member, "general", "vote", poll=str(poll.poll.id))
    await world.select(member, panel.message, ["4"])

    assert await poll.marks(member) == ((4, 1),)


async def test_what_is_not_there_or_over_is_refused(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    poll = await begin(bare_guild)
    number = str(poll.poll.id)

    assert "goes by “999”" in (await world.slash(member, "general", "vote", poll="999")).text
    assert "no option “\\#99”" in (await world.slash(member, "general", "vote", poll=number, option="#99")).text
    assert "no option “Trabant”" in (await world.slash(member, "general", "vote", poll=number, option="Trabant")).text
    await poll.close()
    assert "closed" in (await world.slash(member, "general", "vote", poll=number, option="#1")).text
    assert await poll.marks(member) is None


async def test_polls_of_channels_that_a_member_cannot_see_are_not_told_of(bare_guild):
    world, member, editor = bare_guild.world, bare_guild.world.members[0], bare_guild.world.editor
    poll = await begin(bare_guild, where="editors", question="Whom do we hire?")
    number = str(poll.poll.id)

    assert await world.suggest(member, "general", "vote", "poll", "") == []
    assert await world.suggest(member, "general", "vote", "option", "", poll=number) == []
    for typed in (number, "Whom do we hire?", "hire"):
        seen = await world.slash(member, "general", "vote", poll=typed, option="#1")
        assert "No poll, or more than one, goes by" in seen.text
    assert await poll.marks(member) is None

    assert await world.suggest(editor, "general", "vote", "poll", "") == [("Whom do we hire?", number)]
    await world.slash(editor, "general", "vote", poll=number, option="#1")
    assert await poll.marks(editor) == ((1, 1),)


async def test_a_poll_in_a_thread_is_offered_to_who_sees_its_channel(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    bare_guild.world.guild.handle.create_forum_channel("debates")
    poll = await begin(bare_guild, where="debates", question="Which car?")

    assert await world.suggest(member, "general", "vote", "poll", "") == [("Which car?", str(poll.poll.id))]


async def test_nothing_of_a_poll_is_told_before_it_opens(bare_guild):
    world, member = bare_guild.world, bare_guild.world.members[0]
    opens_at = bare_guild.clock.now() + timedelta(hours=1)
    options = (Option(0, "Saab"), Option(0, "Rover"))
    draft = PollDraft("Which badge?", PollRules(), options, world.place("general").id, opens_at)
    number = str((await bare_guild.app.polls.create(bare_guild.actor(), draft)).id)

    assert await world.suggest(member, "general", "vote", "option", "", poll=number) == []
    for typed in (number, "Which badge?"):
        assert "No poll, or more than one" in (await world.slash(member, "general", "vote", poll=typed)).text
    open_one = await begin(bare_guild)
    forge(bare_guild, open_one, f"poll:{open_one.poll.id}:mine", f"poll:{number}:mine")
    line = bare_guild.world.lines("general")[-1]
    seen = await world.press(member, line, f"poll:{number}:mine")
    assert "no longer exists" in seen.text
    assert "badge" not in seen.text
