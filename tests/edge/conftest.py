"""The house of the cogs' tests: what all cogs share is seen best with cogs in it."""

from tests.cogs.conftest import (
    bare_guild,
    bare_house,
    commands_once,
    commands_sent,
    guild,
    house,
    parser_here,
    press,
    template,
)

__all__ = [
    "bare_guild",
    "bare_house",
    "commands_once",
    "commands_sent",
    "guild",
    "house",
    "parser_here",
    "press",
    "template",
]
