import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from bot.domain.article import SOURCE_NOT_GIVEN
from bot.domain.edition import (
    Answer,
    BigQuestion,
    Edition,
    LookBack,
    QuestionKind,
    QuestionOrigin,
    Section,
    SourceRef,
)
from bot.render.edition import Credit, as_html, as_json, as_text, credits_of, quotation
from bot.text import LANGUAGES, text

PAGE = SourceRef("The Column", "https://column.example/monday")
QUOTING = Section(
    "GM & Honda <b>part</b>",
    "They said “no” and left.",
    (SourceRef("Reuters", None), PAGE),
    ("https://column.example/monday",),
    "https://column.example/a.jpg",
)
PLAIN = Section(
    "VinFast",
    "",
    (SourceRef("A", "https://a.example/1"), SourceRef("B", "javascript:alert(1)")),
    ("javascript:alert(2)",),
    "javascript:alert(3)",
)
QUESTION = BigQuestion("Which <i>one</i>?", QuestionOrigin.SUGGESTED, QuestionKind.POLL, ("Ford", "Kia"))
EDITION = Edition(
    "Morning & more",
    date(2026, 3, 3),
    QUOTING,
    (PLAIN,),
    QUESTION,
    (("https://a.example/1", "https://b.example/1"),),
)
EMPTY = Edition("Morning", date(2026, 3, 3), None, (), None, ())


def test_json_has_the_keys_that_programs_rely_on():
    assert json.loads(as_json(EDITION)) == {
        "title": "Morning & more",
        "date": "2026-03-03",
        "lead": {
            "headline": "GM & Honda <b>part</b>",
            "summary": "They said “no” and left.",
            "sources": [{"name": "Reuters", "url": None}, {"name": "The Column", "url": PAGE.url}],
            "articles": [PAGE.url],
            "image_url": "https://column.example/a.jpg",
        },
        "sections": [
            {
                "headline": "VinFast",
                "summary": "",
                "sources": [
                    {"name": "A", "url": "https://a.example/1"},
                    {"name": "B", "url": "javascript:alert(1)"},
                ],
                "articles": ["javascript:alert(2)"],
                "image_url": "javascript:alert(3)",
            }
        ],
        "big_question": {
            "text": "Which <i>one</i>?",
            "origin": "suggested",
            "kind": "poll",
            "options": ["Ford", "Kia"],
        },
        "stories": [["https://a.example/1", "https://b.example/1"]],
    }


def test_json_of_an_empty_edition_has_null_for_what_is_not_there():
    found = json.loads(as_json(EMPTY))
    assert (found["lead"], found["big_question"], found["sections"], found["stories"]) == (None, None, [], [])


def test_an_outlet_without_a_link_is_credited_through_the_page_that_quotes_it():
    assert credits_of(QUOTING, "en") == (Credit("Reuters, via The Column", PAGE.url),)
    assert credits_of(QUOTING, "ja") == (Credit("Reuters（The Column より）", PAGE.url),)


def test_a_page_that_mentions_an_outlet_without_quoting_it_is_named_first():
    section = Section("x", "y", (PAGE, SourceRef("AP", None), SourceRef("B", "https://b.example/")), (str(PAGE.url),))
    assert credits_of(section, "en") == (
        Credit("The Column, citing AP", PAGE.url),
        Credit("B", "https://b.example/"),
    )


@pytest.mark.parametrize(
    ("language", "via", "citing", "nameless"),
    [
        ("en", "Reuters, via this page", "This page, citing AP", "Source not given"),
        ("ja", "Reuters（このページより）", "このページ（AP を引用）", text(SOURCE_NOT_GIVEN, "ja")),
    ],
)
def test_a_page_whose_outlet_is_not_known_is_credited_as_a_page(language, via, citing, nameless):
    page = SourceRef(SOURCE_NOT_GIVEN, PAGE.url)
    section = replace(QUOTING, sources=(SourceRef("Reuters", None), page))
    assert credits_of(section, language) == (Credit(via, PAGE.url),)
    assert credits_of(replace(section, sources=(page, SourceRef("AP", None))), language) == (Credit(citing, PAGE.url),)
    assert credits_of(replace(section, sources=(page,)), language) == (Credit(nameless, PAGE.url),)
    assert SOURCE_NOT_GIVEN not in as_json(replace(EDITION, lead=replace(section, sources=(page,))), language)


def test_updates_and_what_costs_money_are_marked_and_a_picture_names_its_own_outlet():
    paid = SourceRef("B", "https://b.example/", is_paywalled=True)
    section = replace(QUOTING, sources=(PAGE, paid), is_update=True, image_source="B")
    edition = replace(EDITION, lead=section)
    shown = as_text(edition, "en")
    assert "Update: GM & Honda" in shown
    assert "— The Column  https://" in shown
    assert "— B 🔒 pay-walled  https://b.example/" in shown
    page = as_html(edition, "en")
    assert "Picture: B<" in page
    assert page.count("pay-walled") == 1
    assert ">Update<" in page


def test_what_readers_answered_is_shown():
    voted = LookBack(date(2026, 3, 2), "Which one?", None, (Answer("Kia", 1), Answer("Ford", 3)), votes_n=4)
    talked = LookBack(date(2026, 3, 1), "Why <i>so</i>?", None, comments_n=12)
    edition = replace(EDITION, look_back=voted, look_backs=(talked,))
    shown = as_text(edition, "en")
    assert "  Which one?\n  Kia: 1 vote\n  Ford: 3 votes\n" in shown
    assert "  Why <i>so</i>?\n  12 messages in the thread\n" in shown
    assert "Ford：3 票" in as_text(edition, "ja")
    assert "Why &lt;i&gt;so&lt;/i&gt;?" in as_html(edition, "en")


def test_an_outlet_without_any_page_is_named_without_a_link():
    assert credits_of(Section("x", "y", (SourceRef("AP", None),), ()), "en") == (Credit("AP", None),)


def test_quotations_inside_a_quotation_take_the_inner_marks():
    assert quotation('They said “no” and "yes".', "en") == "“They said ‘no’ and ‘yes’.”"
    assert quotation("社長は「はい」と述べた。", "ja") == "「社長は『はい』と述べた。」"


def test_text_shows_each_story_its_sources_and_the_question_with_its_options():
    shown = as_text(EDITION, "en")
    for expected in (
        "Morning & more\nTuesday, March 3, 2026\n",
        "“They said ‘no’ and left.”",
        "Reuters, via The Column  https://",
        "○ Kia",
        "○ Other",
    ):
        assert expected in shown
    assert "2026年3月3日火曜日" in as_text(EDITION, "ja")
    assert "○ その他" in as_text(EDITION, "ja")


def test_a_suggested_question_is_flagged():
    assert "Suggested" in as_text(EDITION, "en")
    assert "Suggested" in as_html(EDITION, "en")


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [(name, value or "") for name, value in attrs if name in {"href", "src"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_escapes_what_comes_from_outside_and_links_to_the_web_only(language):
    page = _Page()
    page.feed(as_html(EDITION, language))
    assert not {"script", "b", "i", "link", "iframe"} & set(page.tags)
    assert all(urlsplit(address).scheme == "https" for _, address in page.addresses)
    assert [address for name, address in page.addresses if name == "src"] == ["https://column.example/a.jpg"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_edition_says_so(language):
    for shown in (as_text(EMPTY, language), as_html(EMPTY, language)):
        assert "edition." not in shown
        assert ("新しいニュースがありません" if language == "ja" else "No news today") in shown
