from zoneinfo import ZoneInfo

import discord
import pytest
from discord import ui

from bot.demo import plain

NAMES = {1: "@Aiko", 2: "#general"}


def message(view: ui.LayoutView) -> dict:
    return {"components": view.to_components()}


def test_mentions_and_time_stamps_are_written_out():
    said = plain.spoken("<@1> in <#2> at <t:1795176000:t>, <t:1795176000:D> or <t:1795176000>; <@9>", NAMES)
    assert said == "@Aiko in #general at 12:00, 2026-11-20 or 2026-11-20 12:00; <@9>"


def test_every_part_of_a_layout_is_told():
    view = ui.LayoutView()
    view.add_item(
        ui.Container(
            ui.TextDisplay("## Title"),
            ui.Section("Lead", accessory=ui.Thumbnail("https://example.org/a.png", description="a car")),
            ui.Section("More", accessory=ui.Button(label="Read", custom_id="read")),
            ui.MediaGallery(discord.MediaGalleryItem("https://example.org/b.png", description="two cars")),
            ui.Separator(),
            ui.ActionRow(ui.Button(label="Off", disabled=True, custom_id="off"), ui.Button(emoji="🔔", custom_id="n")),
            ui.ActionRow(ui.UserSelect(placeholder="Who?")),
        )
    )
    assert plain.plain(message(view), NAMES).splitlines() == [
        "## Title", "Lead", "(picture: a car)", "More", "[Read]", "(picture: two cars)",
        "[Off (off)] [🔔]", "<Who?>",
    ]  # fmt: skip
    assert plain.gist(message(view), NAMES) == "Title Lead More"


def test_embeds_polls_and_files_are_told():
    embed = discord.Embed(title="T", description="**D**").add_field(name="N", value="V").set_footer(text="F")
    poll = {
        "question": {"text": "Best?"},
        "answers": [
            {"answer_id": 1, "poll_media": {"text": "Kei"}},
            {"answer_id": 2, "poll_media": {"text": "GT"}},
        ],
        "results": {"is_finalized": True, "answer_counts": [{"id": 2, "count": 3}]},
    }
    said = {"embeds": [embed.to_dict()], "poll": poll, "attachments": [{"filename": "a.csv"}]}
    assert plain.plain(said, NAMES).splitlines() == [
        "T", "**D**", "N: V", "F", "Best?", "  ○ Kei: 0", "  ○ GT: 3", "(closed)", "(file: a.csv)",
    ]  # fmt: skip
    assert plain.gist(said, NAMES) == "T D N: V F Best?"


def test_a_gist_keeps_a_links_words_and_drops_its_address():
    assert plain.gist({"content": "> *Read* [this](https://example.org) `now`"}, NAMES) == "Read this now"


def test_a_button_goes_by_its_id_its_label_or_a_part_of_it():
    view = ui.LayoutView()
    view.add_item(ui.ActionRow(ui.Button(label="Notify me", custom_id="n"), ui.Button(label="Not", custom_id="x")))
    assert [plain.button_id(message(view), name) for name in ("n", "Not", "notify")] == ["n", "x", "n"]
    with pytest.raises(LookupError, match="Notify me"):
        plain.button_id(message(view), "no")


def test_times_are_those_of_the_reader_and_relative_ones_are_counted_from_the_message():
    said = {"content": "at <t:1795176000:t>, <t:1795176000:R>", "timestamp": "2026-11-20T11:55:00+00:00"}
    assert plain.plain(said, NAMES, ZoneInfo("Asia/Tokyo")) == "at 21:00, in 5 minutes"
    assert plain.gist(said | {"edited_timestamp": "2026-11-20T12:00:00+00:00"}, NAMES) == "at 12:00, now"


def test_the_gist_leaves_marks_and_pictographs_out_unless_there_is_nothing_else():
    assert plain.gist({"content": "-# ⚠️ **Paused** ✅"}, NAMES) == "Paused"
    assert plain.gist({"content": "👍"}, NAMES) == "👍"


def test_a_terminal_gets_neither_addresses_nor_marks():
    text = "## [Lead](https://example.org)\n-# [Apex](<https://example.org>)\n[💬 Discuss → https://example.org] **!**"
    assert plain.readable(text) == "▸ Lead\nApex\n[💬 Discuss ↗] !"
    assert plain.readable(r"\*starred\* \(Schulze\) \\o/") == r"*starred* (Schulze) \o/"


def test_menus_show_what_is_chosen():
    view = ui.LayoutView()
    chosen = discord.SelectDefaultValue(id=2, type=discord.SelectDefaultValueType.channel)
    options = [discord.SelectOption(label="One", value="1", default=True), discord.SelectOption(label="Two", value="2")]
    view.add_item(ui.ActionRow(ui.ChannelSelect(placeholder="Where?", default_values=[chosen])))
    view.add_item(ui.ActionRow(ui.Select(placeholder="Which?", options=options)))
    assert plain.plain(message(view), NAMES) == "<Where?: #general ✓>\n<Which?: One ✓ | Two>"
    assert plain.option_labels(message(view)) == {"1": "One", "2": "Two"}
