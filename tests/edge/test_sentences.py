"""Sentences from ids and parameters that may come from outside."""

import pytest

from bot.domain.due_work import NoPermissionError
from bot.domain.errors import PACKED_CHARS_MAX, GoneError, NotAllowedError, UnforeseenError, packed
from bot.domain.guild import UnknownZoneError
from bot.domain.source import SourceKnownError
from bot.edge.sentences import error_sentence, kept_sentence, sentence


def test_outside_text_in_a_parameter_is_escaped():
    told = error_sentence(SourceKnownError(name="[Win](https://evil.example) @everyone"), "en")

    assert told == "This server follows \\[Win\\]\\(https\\://evil.example\\) @\u200beveryone already."


@pytest.mark.parametrize("mark", ["<#12>", "<@&3>", "<@4> <@5>", "<t:1795000000:f>"])
def test_our_own_marks_stay_what_they_are(mark):
    assert mark in sentence("guild.audit.notices", "en", {"channel": mark})


@pytest.mark.parametrize("mark", ["<#12> **now**", "x <@4>", "<t:1:R>)[x](y)", "https://discord.com/channels/1/2?x=y"])
def test_what_only_begins_like_a_mark_of_ours_is_escaped(mark):
    told = sentence("guild.audit.notices", "en", {"channel": mark})

    assert mark not in told
    assert "\\" in told


@pytest.mark.parametrize(("language", "word"), [("en", "“Moderate”"), ("ja", "「モデレート」")])
def test_a_capability_is_named_in_the_readers_language(language, word):
    assert word in error_sentence(NotAllowedError(capability="moderate"), language)


@pytest.mark.parametrize(("language", "words"), [("en", "resumed: posts, rules"), ("ja", "再開：投稿、ルール")])
def test_scopes_are_listed_in_the_readers_language(language, words):
    assert sentence("guild.audit.resumed", language, {"scope": "posts, rules"}) == words


def test_what_was_kept_of_an_error_is_told_in_any_language():
    kept = packed(NoPermissionError(channel="<#12>"))

    assert kept_sentence(kept, "en") == "I lack a permission in <#12>. /doctor says which."
    assert kept_sentence(kept, "ja").startswith("<#12> でボットの権限が足りません。")


def test_an_error_without_parameters_is_kept_too():
    assert kept_sentence(packed(GoneError()), "en") == error_sentence(GoneError(), "en")


def test_an_unforeseen_error_is_kept_with_its_number():
    assert "deadbeef" in kept_sentence(packed(UnforeseenError(error_id="deadbeef")), "ja")


def test_what_is_kept_is_short_enough_for_its_column_whatever_was_typed():
    kept = packed(UnknownZoneError(zone='"\\\x00日本' * 200, near='"' * 500))

    assert len(kept) <= PACKED_CHARS_MAX
    assert "is not a time zone" in kept_sentence(kept, "en")


@pytest.mark.parametrize("kept", ["", "Broken in English.", "[1]", '["no.such.message",{}]', '["guild.error.zone",{}]'])
def test_what_another_version_kept_is_no_error(kept):
    assert kept_sentence(kept, "en") == "The reason is no longer known."
