"""Commands as Discord takes them: within its limits in all languages, sent once, and again only when changed."""

import copy

import pytest
from discord import app_commands

from bot.app import open_app
from bot.clock import ManualClock
from bot.domain.errors import GoneError
from bot.edge.client import CommandsRefusedError
from bot.edge.commands import digest_of, faults_in, payload_of
from bot.settings import Settings
from bot.text import LANGUAGES
from tests.cogs.house import MORNING

CHAT_INPUT = 1  # Discord docs, application command types
COMMANDS_ROUTE = "/applications/{application_id}/commands"


@pytest.fixture
async def payload(bare_house):
    return await payload_of(bare_house.app.client.tree)


def walk(parts):
    for part in parts:
        yield part
        yield from walk(part.get("options", []))


async def test_what_we_send_is_within_discords_limits(payload):
    assert faults_in(payload) == []


async def test_every_description_is_translated_and_every_name_is_english(payload):
    for part in walk(payload):
        if part in payload and part["type"] != CHAT_INPUT:  # an entry of a context menu is read, not typed
            assert part["name_localizations"].get("ja")
            continue
        assert part["name"].isascii()
        assert not part.get("name_localizations")
        for language in LANGUAGES[1:]:
            assert part["description_localizations"].get(language), part["name"]
        for choice in part.get("choices", []):
            assert choice["name_localizations"].get("ja")


async def test_no_command_can_be_used_outside_a_guild(payload):
    assert all(command["contexts"] == [0] and command["integration_types"] == [0] for command in payload)


def spoil(payload, path: str, **fields):
    """Return the payload with fields of one command or option replaced."""
    spoilt = copy.deepcopy(payload)
    parts, found = spoilt, None
    for name in path.split():
        found = next(part for part in parts if part["name"] == name)
        parts = found.get("options", [])
    found.update(fields)
    return spoilt


@pytest.mark.parametrize(
    ("path", "fields", "fault"),
    [
        ("source add url", {"description": "x" * 101}, "source add url: description in default has 101 characters"),
        ("setup", {"description": ""}, "setup: description in default has 0 characters"),
        ("help", {"description_localizations": {"ja": "あ" * 101}}, "help: description in ja has 101 characters"),
        ("source add url", {"name": "The Url"}, "source add The Url: not a name that Discord takes"),
        ("roundup now", {"name": "now" * 11}, "not a name that Discord takes"),
        ("pause what", {"choices": [{"name": "x" * 101, "value": "x"}]}, "pause what x: name in default has 101"),
        ("pause what", {"choices": [{"name": "x", "value": "x"}] * 26}, "pause what: 26 choices, at most 25"),
        ("pause", {"options": [{"name": f"o{n}", "description": "x"} for n in range(26)]}, "pause: 26 options"),
    ],
)
async def test_a_planted_fault_is_found_and_named(payload, path, fields, fault):
    (found,) = faults_in(spoil(payload, path, **fields))

    assert fault in found


async def test_the_name_of_a_menus_entry_may_be_any_words_that_fit(payload):
    spoilt = copy.deepcopy(payload)
    entry = next(command for command in spoilt if command["type"] != CHAT_INPUT)
    entry["name"] = "x" * 33
    assert faults_in(spoilt) == [f"{'x' * 33}: name in default has 33 characters, 1 to 32 are allowed"]


async def test_a_command_too_large_as_a_whole_is_found_in_its_longest_language(payload):
    options = [
        {"name": f"o{n}", "description": "x", "choices": [], "description_localizations": {"ja": "あ" * 100}}
        for n in range(25)
    ]
    options[0]["choices"] = [{"name": "あ" * 100, "value": "v" * 130} for _ in range(25)]

    assert any(
        "pause: 8" in fault and "at most 8000" in fault for fault in faults_in(spoil(payload, "pause", options=options))
    )


async def test_too_many_commands_are_found(payload):
    assert "101 commands, at most 100" in faults_in([payload[0]] * 101)


async def test_a_faulty_list_is_not_sent(bare_house):
    client = bare_house.app.client

    @client.tree.command(name="wrong", description="x" * 100)
    async def wrong(_interaction) -> None:
        raise GoneError

    wrong.description = "x" * 101
    sent = len(puts(bare_house))

    with pytest.raises(CommandsRefusedError, match="wrong: description in default has 101"):
        await client.sync_commands()
    assert len(puts(bare_house)) == sent


def puts(house) -> list[str]:
    return [call for call in house.world.requests() if call.startswith("PUT /applications/")]


async def test_commands_are_sent_globally_once_and_not_again_after_a_restart(bare_house):
    (sent,) = puts(bare_house)
    assert sent == f"PUT /applications/{bare_house.app.client.application_id}/commands"

    await bare_house.restart()

    assert len(puts(bare_house)) == 1
    assert await bare_house.app.client.sync_commands() is False


async def test_a_change_is_sent(bare_house):
    client = bare_house.app.client

    @client.tree.command(name="new", description="Something new")
    async def new(_interaction) -> None:
        raise GoneError

    assert await client.sync_commands() is True
    assert len(puts(bare_house)) == 2
    assert "new" in bare_house.world.commands(bare_house.world.members[0], "general")


async def test_another_application_on_the_same_database_gets_its_own_list(bare_house):
    client = bare_house.app.client
    digest = digest_of(await payload_of(client.tree))
    remembered = client._command_list

    assert await remembered.is_sent(client.application_id, digest)
    assert not await remembered.is_sent(client.application_id + 1, digest)


async def test_the_digest_changes_with_a_translation_and_not_with_the_order_of_keys(payload):
    again = [dict(reversed(command.items())) for command in payload]
    changed = spoil(payload, "help", description_localizations={"ja": "別の説明"})

    assert digest_of(again) == digest_of(payload)
    assert digest_of(changed) != digest_of(payload)


async def test_the_payload_is_the_same_for_two_processes(tmp_path, payload):
    settings = Settings(DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    async with open_app(settings, ManualClock(MORNING), purpose="test") as other:
        await other.client._load(other.client)
        assert isinstance(other.client.tree, app_commands.CommandTree)
        assert digest_of(await payload_of(other.client.tree)) == digest_of(payload)
