"""Two hundred members press at once: each acknowledged vote is counted, and the card is edited seldom."""

import itertools
from datetime import timedelta

from tests.cogs.poll.polling import begin

VOTERS = 200
EDIT_EVERY = timedelta(seconds=5)  # what a channel's limit allows beside everything else
WAVES = 8  # of presses, a second apart


def add_voters(house) -> list[int]:
    return [house.world.guild.add_person(f"Voter{n:03}").id for n in range(VOTERS)]


def answers(house, record) -> str:
    messages = house.backend.messages[record.channel_id].values()
    mine = [message for message in messages if message.id == record.message_id]
    return str([message.content for message in mine])


async def test_two_hundred_at_once_are_all_counted_and_the_card_is_edited_once_in_five_seconds(bare_guild):
    poll = await begin(bare_guild)
    voters = add_voters(bare_guild)
    await bare_guild.world.settle()
    await bare_guild.world.advance(EDIT_EVERY)
    edits_at = []
    counted = edits(bare_guild, poll)
    expected = {}

    records = []
    for wave in range(WAVES):
        for place, user_id in enumerate(voters):
            if place % WAVES <= wave:  # more each time: some vote for the first time, the others change their minds
                number = 1 + (place + wave) % 4
                records.append(bare_guild.send_press(user_id, poll.card, f"poll:{poll.poll.id}:option:{number}"))
                expected[user_id] = number
        await bare_guild.world.settle()
        for _ in range(10):
            await bare_guild.world.advance(timedelta(milliseconds=100))
            await bare_guild.work()
            if edits(bare_guild, poll) > counted:
                assert edits(bare_guild, poll) == counted + 1
                counted += 1
                edits_at.append(bare_guild.clock.now())
    await bare_guild.world.advance(EDIT_EVERY)
    await bare_guild.work()

    assert all("Your vote" in answers(bare_guild, record) for record in records)
    assert len(edits_at) >= 2
    for earlier, later in itertools.pairwise(edits_at):
        assert later - earlier >= EDIT_EVERY
    shown = await bare_guild.app.polls.card(poll.poll.id)
    assert shown.count.counted == VOTERS
    wanted = {number: list(expected.values()).count(number) for number in (1, 2, 3, 4)}
    assert {line.number: line.score for line in shown.tally.lines} == wanted
    card = poll.card.text
    assert f"{VOTERS} votes so far" in card
    for number, label in enumerate(("Mazda RX-500", "Nissan 126X", "トヨタ EX-III", "Isuzu Bellett MX1600"), 1):
        (line,) = [after for before, after in pairs(card.splitlines()) if before == label]
        assert line.endswith(f" {wanted[number]} · {wanted[number] * 100 // VOTERS}%")


def pairs(lines: list[str]):
    return itertools.pairwise(lines)


def edits(house, polling) -> int:
    return house.world.requests().count(f"PATCH /channels/{polling.card.place.id}/messages/{polling.card.id}")
