"""An edition as one message: within every limit, whatever the sources wrote."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.edition import (
    Answer,
    BigQuestion,
    Correction,
    Edition,
    LookBack,
    QuestionKind,
    QuestionOrigin,
    Section,
    SourceRef,
)
from bot.domain.guild import Part
from bot.edge.edition import EditionLinks, edition_view, marker, story_name, story_view, thread_name

COMPONENTS_MAX = 40  # Discord docs, components reference
TEXT_CHARS_MAX = 4_000
CUSTOM_ID_CHARS_MAX = 100
LABEL_CHARS_MAX = 80
BUTTONS_MAX = 5
OPTIONS_MAX = 25
OPTION_CHARS_MAX = 100
PLACEHOLDER_CHARS_MAX = 150
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
        image_source=words,
        number=number,
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
    wanted = [f"edition:{SNOWFLAKE}:{action}" for action in ("discuss", "notify", "suggest", "edit", "about")]
    assert ids == wanted, "a wire format, never changed"
    assert all(custom_id.startswith(marker(SNOWFLAKE)) for custom_id in ids)


def test_an_edition_without_a_lead_or_a_question_is_shown_too():
    bare = Edition("Morning", date(2026, 11, 20), None, (section("Word ", 1),), None, ())

    told = contents(edition_view(bare, language="en", edition_id=None, parts=frozenset()))

    assert "[1 Word" in told
    assert "Big Question" not in told


@settings(max_examples=60)
@given(st.text(max_size=300), st.integers(min_value=20, max_value=100))
def test_a_thread_has_a_name_that_discord_takes(headline, chars_max):
    of = Edition("Morning", date(2026, 11, 20), Section(headline, "", (), ()), (), None, ())

    name = thread_name(of, "en", chars_max)

    assert name.startswith("Nov 20")
    assert len(name) <= chars_max
    assert "\n" not in name


# Whatever an edition can hold: outside text of any kind, and every part that may be there or not.
OUTSIDE = st.one_of(
    st.text(max_size=400),
    st.sampled_from(["*_~`|<>[]()#" * 40, HOSTILE * 12, "名前" * 300, "👩🏽‍🚒" * 90, "word " * 200, "", " "]),
)
ADDRESSES = st.sampled_from(["https://a.example/p", "https://b.example/" + "q/" * 230, "javascript:alert(1)", ""])
REFS = st.builds(SourceRef, name=OUTSIDE, url=st.none() | ADDRESSES, is_paywalled=st.booleans())
SECTIONS = st.builds(
    Section,
    headline=OUTSIDE,
    summary=OUTSIDE,
    sources=st.lists(REFS, min_size=1, max_size=9).map(tuple),
    articles=st.lists(ADDRESSES, max_size=2).map(tuple),
    image_url=st.none() | st.sampled_from(["https://a.example/p.png", "ftp://a.example/p.png"]),
    image_source=st.none() | OUTSIDE,
    number=st.integers(0, 12),
    is_update=st.booleans(),
)
ANSWERS = st.lists(st.builds(Answer, text=OUTSIDE, votes_n=st.integers(0, 10**6)), max_size=10).map(tuple)
DAYS = st.dates(date(2026, 11, 10), date(2026, 11, 19))
LOOK_BACKS = st.builds(
    LookBack,
    day=DAYS,
    question=OUTSIDE,
    link=st.none() | st.just(LINKS.question),
    answers=ANSWERS,
    votes_n=st.integers(0, 10**7),
    comments_n=st.integers(0, 10**7),
    liked_link=st.none() | st.just(LINKS.question),
    is_final=st.booleans(),
)
QUESTIONS = st.builds(
    BigQuestion,
    text=OUTSIDE,
    origin=st.sampled_from(QuestionOrigin),
    kind=st.sampled_from(QuestionKind),
    options=st.lists(OUTSIDE, max_size=14).map(tuple),
)
CORRECTIONS = st.builds(Correction, at=st.just(datetime(2026, 11, 20, 9, 30, tzinfo=UTC)), what=OUTSIDE)
EDITIONS = st.builds(
    Edition,
    title=OUTSIDE,
    day=st.just(date(2026, 11, 20)),
    lead=st.none() | SECTIONS,
    sections=st.lists(SECTIONS, max_size=12).map(tuple),
    big_question=st.none() | QUESTIONS,
    stories=st.just(()),
    look_back=st.none() | LOOK_BACKS,
    look_backs=st.lists(LOOK_BACKS, max_size=7).map(tuple),
    comment=OUTSIDE,
    edited_by=st.lists(st.just(SNOWFLAKE), max_size=6).map(tuple),
    corrections=st.lists(CORRECTIONS, max_size=6).map(tuple),
)


@given(EDITIONS, st.sampled_from(["en", "ja"]))
def test_no_edition_is_more_than_discord_takes(of, language):
    parts = parts_of(shown(of, language))

    assert len(parts) <= COMPONENTS_MAX
    assert sum(len(part["content"]) for part in parts if "content" in part) <= TEXT_CHARS_MAX
    assert all(part["content"].strip() for part in parts if "content" in part), "an empty text is refused"
    for part in parts:
        assert 1 <= len(part.get("custom_id", "x")) <= CUSTOM_ID_CHARS_MAX
        assert 1 <= len(part.get("label", "x")) <= LABEL_CHARS_MAX
        if part["type"] == 1:
            assert 1 <= len(part["components"]) <= BUTTONS_MAX
        if part["type"] == 3:
            options = part["options"]
            assert 1 <= len(options) <= OPTIONS_MAX
            assert len({option["value"] for option in options}) == len(options), "a value stands for one story"
            assert all(1 <= len(option["label"]) <= OPTION_CHARS_MAX for option in options)
            assert all(1 <= len(option.get("description") or "x") <= OPTION_CHARS_MAX for option in options)
            assert 1 <= len(part["placeholder"]) <= PLACEHOLDER_CHARS_MAX


@given(EDITIONS)
def test_no_edition_mentions_or_links_what_outsiders_wrote(of):
    told = contents(shown(of))

    assert "@everyone" not in told
    assert "\u202e" not in told
    assert "](https://evil" not in told
    assert "<@1>" not in told.replace("\\<@1\\>", "")


def test_the_stories_that_are_shown_can_be_chosen_for_discussion_by_their_numbers():
    of = edition("Word ", sections=3)
    swapped = replace(of, lead=of.sections[1], sections=(of.lead, of.sections[0], of.sections[2]))

    (select,) = [part for part in parts_of(shown(swapped)) if part["type"] == 3]

    assert [option["value"] for option in select["options"]] == ["2", "0", "1", "3"]
    assert select["options"][0]["label"].startswith("2 Word")
    assert select["custom_id"] == f"edition:{SNOWFLAKE}:discuss"


def test_a_preview_has_nothing_to_press():
    view = edition_view(edition("Word "), language="en", edition_id=None, parts=frozenset(Part))

    assert not [part for part in parts_of(view) if "custom_id" in part]


def test_the_answer_button_leads_to_the_question_and_without_one_to_the_thread():
    def linked(links) -> list[tuple[str, str]]:
        view = edition_view(edition("W "), language="en", edition_id=1, parts=frozenset(Part), links=links)
        return [(part["label"], part["url"]) for part in parts_of(view) if "url" in part]

    assert linked(LINKS) == [("Answer", LINKS.question)]
    assert linked(EditionLinks(thread=LINKS.thread)) == [("Discuss", LINKS.thread)]
    assert linked(EditionLinks()) == []


def test_what_needs_a_subscription_says_so_with_a_word_and_only_that():
    refs = (
        SourceRef("Ledger", "https://ledger.example/1", is_paywalled=True),
        SourceRef("Daily", "https://daily.example/1"),
    )
    of = Edition("Morning", date(2026, 11, 20), replace(section("W ", 0), sources=refs), (), None, ())

    told = contents(shown(of))

    assert "-# [Ledger](<https://ledger.example/1>) 🔒 subscription · [Daily](<https://daily.example/1>)" in told


def test_a_story_that_moved_on_is_labelled_an_update_and_a_picture_is_credited():
    lead = replace(section("W ", 0, image_url="https://a.example/p.png"), is_update=True, image_source="Gear *log*")

    told = contents(shown(Edition("Morning", date(2026, 11, 20), lead, (), None, ())))

    assert "## Update: [0 W" in told
    assert " · Picture: Gear \\*log\\*" in told


POLLED = LookBack(
    day=date(2026, 11, 19),
    question="Which small EV would you buy?",
    link=LINKS.question,
    answers=(Answer("Renault 5", 13), Answer("Fiat *Panda*", 6), Answer("C3", 4), Answer("Other", 1)),
    votes_n=24,
    comments_n=8,
    liked_link=LINKS.thread,
)


def test_an_edition_looks_back_on_what_readers_said_yesterday():
    told = contents(shown(replace(edition("W ", sections=1), look_back=POLLED)))

    assert "### 💬 Yesterday you said…" in told
    assert f"[“Which small EV would you buy?”](<{LINKS.question}>)" in told
    assert "\n**Renault 5** 54% (13)\n**Fiat \\*Panda\\*** 25% (6)\n**C3** 17% (4)\n-#" in told
    assert f"-# 24 votes · 8 comments · [most liked]({LINKS.thread})" in told
    assert "so far" not in told
    assert told.index("Yesterday you said") < told.index("The Big Question")


def test_a_weekly_edition_looks_back_on_each_question_of_its_week():
    talked = LookBack(date(2026, 11, 18), "Why do vans matter?", LINKS.thread, comments_n=12)

    told = contents(shown(replace(edition("W ", sections=1), look_backs=(POLLED, talked))))

    assert "### 💬 This week you said…" in told
    assert f"- [“Which small EV would you buy?”](<{LINKS.question}>): **Renault 5** 54% (13) · 24 votes" in told
    assert f"- [“Why do vans matter?”](<{LINKS.thread}>): 12 comments" in told


def test_votes_that_are_still_counted_are_told_as_such_and_an_older_day_by_its_date():
    old = replace(POLLED, day=date(2026, 11, 13), is_final=False)

    told = contents(shown(replace(edition("W ", sections=1), look_back=old)))

    assert "On Nov 13 you said…" in told
    assert "24 votes · so far · 8 comments" in told


def test_an_edition_is_signed_and_its_corrections_are_dated():
    nine = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    of = replace(
        edition("W ", sections=1),
        comment="Good morning! *Rain* today.",
        edited_by=(11, 12),
        corrections=(Correction(nine, "the price is in euros"),),
    )

    told = contents(shown(of))

    assert "\nGood morning! \\*Rain\\* today." in told
    assert f"-# ✏️ Corrected <t:{int(nine.timestamp())}:t>: the price is in euros\n-# Edited by <@11>, <@12>" in told


@settings(max_examples=60, deadline=None)
@given(SECTIONS, EDITIONS)
def test_a_storys_thread_has_a_name_and_a_first_message_that_discord_takes(of, around):
    view = story_view(of, language="ja", edition=around, edition_link=LINKS.question or "")

    assert len(contents(view)) <= TEXT_CHARS_MAX
    assert 1 <= len(story_name(of, around, 100)) <= 100
