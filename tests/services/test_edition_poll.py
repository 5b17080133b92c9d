"""What the next edition may tell of the poll that asked the last one's question."""

from bot.domain.poll.rules import PollRules
from bot.services.edition_poll import Answered, EditionPollService
from tests.services.polling import CARS, PollHouse, moderator, voter
from tests.services.test_set_aside import RAID, window_of


async def test_an_edition_tells_no_count_that_the_card_does_not(polls: PollHouse):
    asking = EditionPollService(polls.house.store, polls.house.clock, polls.house.due)
    poll = await polls.make(PollRules())
    for who in range(4):
        await polls.vote(poll, voter(who, days=RAID), (1, 1))
    assert await asking.answered(poll.id) == Answered((), 0, is_over=False)
    await polls.vote(poll, 4, (2, 1))
    told = await asking.answered(poll.id)
    assert told is not None
    assert (told.votes_n, [answer.text for answer in told.answers]) == (5, [CARS[0], CARS[1]])

    await polls.polls.set_aside(moderator, poll.id, [window_of(polls, RAID)])
    await polls.polls.close(moderator, poll.id)
    assert await asking.answered(poll.id) == Answered((), 0, is_over=True)
    await polls.polls.delete(moderator, poll.id)
    assert await asking.answered(poll.id) is None
