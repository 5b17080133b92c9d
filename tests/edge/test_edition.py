"""An edition as one message: within every limit, whatever the sources wrote."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.edition import BigQuestion, Edition, QuestionKind, QuestionOrigin, Section, SourceRef
from bot.domain.guild import Part
from bot.edge.edition import EditionLinks, edition_view, marker, question_view, thread_name

COMPONENTS_MAX = 40  # Discord docs, components reference
TEXT_CHARS_MAX = 4_000
CUSTOM_ID_CHARS_MAX = 100
LABEL_CHARS_MAX = 80
SNOWFLAKE = 2**63 - 1
LINKS = EditionLinks(
    thread=f"https://discord.com/channels/{SNOWFLAKE}/{SNOWFLAKE}",
    question=f"https://discord.com/channels/{SNOWFLAKE}/{SNOWFLAKE}/{SNOWFLAKE}",
)
HOSTILE = "# [x](https://evil.example) @everyone <@1> ||`*_~ \u202egnp.exe\u202c -# > "
TEXTS = {
    "long": "A very long sentence that goes on and on without a full stop in sight ",
    "hostile": HOSTILE,
    "japanese": "トヨタが新型水素ハイラックスを発表、航続距離は六百キロ。",
    "one word": "x" * 60,
    "emoji": "👩🏽‍🚒",
}


def section(words: str, number: int, *, image_url: str | None = None) -> Section:
    return Section(
        headline=f"{number} {words * 20}",
        summary=words * 60,
        sources=tuple(SourceRef(f"{words * 3}{place}", f"https://s{place}.example/{number}") for place in range(9)),
        articles=(f"https://a{number}.example/" + "path/" * 10,),
        image_url=image_url,
    )


def edition(words: str, *, sections: int = 5, image_url: str | None = None) -> Edition:
    return Edition(
        title=words * 10,
        day=date(2026, 11, 20),
        lead=section(words, 0, image_url=image_url),
        sections=tuple(section(words, number) for number in range(1, sections + 1)),
        big_question=BigQuestion(words * 20, QuestionOrigin.SUGGESTED, QuestionKind.POLL, (words * 4,) * 30),
        stories=(),
    )


def shown(of: Edition, language: str = "en", **kwargs):
    return edition_view(
        of,
        language=language,
        edition_id=SNOWFLAKE,
        parts=frozenset(Part),
        notify_role_id=SNOWFLAKE,
        links=LINKS,
        **kwargs,
    )


def parts_of(view) -> list[dict]:
    found: list[dict] = []

    def walk(parts) -> None:
        for part in parts:
            found.append(part)
            walk(part.get("components", []))

    walk(view.to_components())
    return found


def contents(view) -> str:
    return "\n".join(part["content"] for part in parts_of(view) if "content" in part)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("words", TEXTS.values(), ids=TEXTS.keys())
def test_six_long_sections_fit_with_question_mention_and_buttons(words, language):
    view = shown(edition(words, image_url="https://a.example/p.jpg"), language)

    parts = parts_of(view)
    assert len(contents(view)) <= TEXT_CHARS_MAX
    assert len(parts) <= COMPONENTS_MAX
    assert all(len(part["custom_id"]) <= CUSTOM_ID_CHARS_MAX for part in parts if "custom_id" in part)
    assert all(1 <= len(part["label"]) <= LABEL_CHARS_MAX for part in parts if "label" in part)
    assert "\n## [0 " in contents(view) or "## [0 " in contents(view), "the lead stays"
    assert f"<@&{SNOWFLAKE}>" in contents(view)


def test_summaries_and_sources_give_way_before_whole_sections_do():
    view = shown(replace(edition("Six stories. "), big_question=None))

    told = contents(view)
    assert all(f"[{number} Six" in told for number in range(6))
    assert told.count("“") >= 6
    assert told.count("and 6 more") == 6, "of nine sources each"


def test_what_outsiders_wrote_mentions_formats_and_hides_nothing():
    told = contents(shown(edition(HOSTILE)))

    assert "@everyone" not in told
    assert "<@1>" not in told.replace("\\<@1\\>", "")
    assert "](https://evil" not in told
    assert "\u202e" not in told


@pytest.mark.parametrize(
    "image_url",
    [
        None,
        "",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "/relative.png",
        "https://a.example/with space.png",
        "https://a.example/" + "p" * 2_100,
        "https://a.example/写真.png",
    ],
)
def test_a_picture_that_discord_would_refuse_is_left_out(image_url):
    assert all(part["type"] != 12 for part in parts_of(shown(edition("x ", image_url=image_url))))


def test_a_picture_has_its_headline_as_alternative_text():
    (gallery,) = [
        part for part in parts_of(shown(edition("Word ", image_url="https://a.example/p.jpg"))) if part["type"] == 12
    ]

    assert gallery["items"][0]["description"].startswith("0 Word")


def test_a_message_can_be_found_again_by_each_of_its_ids():
    view = shown(edition("x "))

    ids = [part["custom_id"] for part in parts_of(view) if "custom_id" in part]
    actions = [custom_id.removeprefix(f"edition:{SNOWFLAKE}:") for custom_id in ids]
    assert actions == ["notify", "suggest", "about"], "a wire format, never changed"
    assert all(custom_id.startswith(marker(SNOWFLAKE)) for custom_id in ids)


def test_an_edition_without_a_lead_or_a_question_is_shown_too():
    bare = Edition("Morning", date(2026, 11, 20), None, (section("Word ", 1),), None, ())

    told = contents(edition_view(bare, language="en", edition_id=None, parts=frozenset()))

    assert "[1 Word" in told
    assert "Big Question" not in told


@pytest.mark.parametrize("kind", list(QuestionKind))
@pytest.mark.parametrize("words", TEXTS.values(), ids=TEXTS.keys())
def test_a_question_fits_into_its_message(words, kind):
    question = BigQuestion(words * 100, QuestionOrigin.ARTICLE, kind, (words * 20,) * 30)

    for language in ("en", "ja"):
        assert len(contents(question_view(question, language=language))) <= TEXT_CHARS_MAX


@settings(max_examples=60)
@given(st.text(max_size=300), st.integers(min_value=20, max_value=100))
def test_a_thread_has_a_name_that_discord_takes(headline, chars_max):
    of = Edition("Morning", date(2026, 11, 20), Section(headline, "", (), ()), (), None, ())

    name = thread_name(of, "en", chars_max)

    assert name.startswith("Nov 20")
    assert len(name) <= chars_max
    assert "\n" not in name
