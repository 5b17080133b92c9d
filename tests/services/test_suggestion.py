"""Who may decide on what members suggest, and what two editors do at once."""

import asyncio

import pytest

from bot.domain.errors import GoneError, NotAllowedError
from bot.domain.suggestion import Suggestion, SuggestionDecidedError, SuggestionKnownError
from bot.services.suggestion import SuggestionService
from tests.house import MEMBER, OTHER_GUILD, House, editor
from tests.services.test_roundup import DUE

LINK = "https://press.example/vans"


@pytest.fixture
async def suggestions(column: House) -> SuggestionService:
    """The service of a guild whose first edition, number 1, is posted. No page is read in these tests."""
    column.clock.move_to(DUE)
    await column.run_due()
    return SuggestionService(column.store, column.clock, column.due, reader=None)  # type: ignore[arg-type]


@pytest.fixture
async def waiting(suggestions: SuggestionService) -> Suggestion:
    return await suggestions.suggest(MEMBER, 1, LINK, "Look.")


async def test_only_editors_of_the_guild_decide(suggestions: SuggestionService, waiting: Suggestion):
    for refused in (
        suggestions.list(MEMBER),
        suggestions.accept(MEMBER, waiting.id),
        suggestions.dismiss(MEMBER, waiting.id),
    ):
        with pytest.raises(NotAllowedError):
            await refused
    with pytest.raises(GoneError):
        await suggestions.dismiss(editor(OTHER_GUILD), waiting.id)
    assert await suggestions.list(editor(OTHER_GUILD)) == ()
    assert await suggestions.list(editor()) == (waiting,)


async def test_a_suggestion_is_decided_once(suggestions: SuggestionService, waiting: Suggestion):
    results = await asyncio.gather(
        *(suggestions.dismiss(editor(), waiting.id) for _ in range(4)), return_exceptions=True
    )
    assert [type(result) for result in results if isinstance(result, Exception)] == [SuggestionDecidedError] * 3
    assert await suggestions.list(editor()) == ()


async def test_the_same_story_is_suggested_once_however_much_at_once(suggestions: SuggestionService):
    results = await asyncio.gather(
        *(suggestions.suggest(MEMBER, 1, f"{LINK}{tail}", "") for tail in ("", "?utm_source=x", "#top")),
        return_exceptions=True,
    )
    assert sum(isinstance(result, SuggestionKnownError) for result in results) == 2
    assert len(await suggestions.list(editor())) == 1


async def test_an_edition_of_another_guild_takes_no_suggestion(suggestions: SuggestionService):
    with pytest.raises(GoneError):
        await suggestions.suggest(editor(OTHER_GUILD), 1, LINK, "")
    with pytest.raises(GoneError):
        await suggestions.suggest(MEMBER, 99, LINK, "")
