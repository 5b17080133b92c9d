"""Selects of what we know: each member under its own value, and nothing else taken back."""

from enum import StrEnum

import pytest

from bot.domain.errors import GoneError
from bot.edge.selects import OneOf, SomeOf


class Kind(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"


class Taken:
    """What a select handed on."""

    def __init__(self) -> None:
        self.chosen: list[object] = []

    async def take(self, _interaction, chosen) -> None:
        self.chosen.append(chosen)


def one(taken, **more) -> OneOf[Kind]:
    return OneOf(Kind, custom_id="x:kind", chosen=Kind.WEEKLY, label=str.title, take=taken.take, **more)


def some(taken, **more) -> SomeOf[int]:
    return SomeOf(
        range(1, 8), custom_id="x:days", chosen={2, 3}, label=lambda day: f"day {day}", take=taken.take, **more
    )


async def answer(select, *values: str) -> None:
    select._values = list(values)
    await select.callback(None)


def test_what_stands_is_shown_and_each_member_has_its_own_value():
    made = one(Taken(), about=lambda kind: f"comes {kind}").to_component_dict()
    assert [(option["value"], option["label"], option["default"]) for option in made["options"]] == [
        ("daily", "Daily", False),
        ("weekly", "Weekly", True),
    ]
    assert made["options"][0]["description"] == "comes daily"
    days = some(Taken()).to_component_dict()
    assert [option["value"] for option in days["options"] if option["default"]] == ["2", "3"]
    assert (days["min_values"], days["max_values"]) == (0, 7)


async def test_members_are_handed_on_not_their_values():
    taken = Taken()
    await answer(one(taken), "daily")
    await answer(some(taken), "7", "1")
    await answer(some(taken))
    assert taken.chosen == [Kind.DAILY, frozenset({1, 7}), frozenset()]
    assert isinstance(taken.chosen[0], Kind)


@pytest.mark.parametrize("values", [["yearly"], [], ["daily", "weekly"], ["DAILY"]])
async def test_what_was_made_up_is_refused(values):
    taken = Taken()
    with pytest.raises(GoneError):
        await answer(one(taken), *values)
    assert taken.chosen == []


async def test_fewer_than_have_to_be_are_refused():
    taken = Taken()
    with pytest.raises(GoneError):
        await answer(some(taken, least=1))
    with pytest.raises(GoneError):
        await answer(some(taken), "8")
    assert taken.chosen == []
