"""Strangers' HTML made plain."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.plain import one_line, plain_html, plain_text, shorten

PIECES = st.sampled_from(
    [
        "<", ">", "&", "&lt;", "&gt;", "&amp;", "&amp;lt;", "&#x202e;", "&#0;", "<b>", "</p>", "<p", "<!--",
        "-->", "<script>", "</script>", "<![CDATA[", "]]>", "<?xml", "<style>", "<img src=x onerror=y>",
        "javascript:", "\x00", "\u202e", "\u200b", "\ufeff", "\u2066", "\ud800", "\r\n", "\n\n", "\t", " ",
        "word", "x<y", "<svg/",
    ]
)  # fmt: skip
hostile = st.lists(PIECES | st.text(max_size=3), max_size=25).map("".join)


def check_plain(text: str) -> None:
    assert not re.search(r"</?[A-Za-z][^<>]*>|<!--|<\?", text)
    for character in text:
        kind = unicodedata.category(character)
        assert kind not in {"Cc", "Cs"} or character == "\n"
        assert kind != "Cf" or character in "\u200c\u200d" or "\u0600" <= character <= "\U000110cd"
    lines = text.split("\n")
    assert text == "" or all(line and line == line.strip() and "  " not in line for line in lines)


@given(hostile)
def test_plain_text_never_holds_markup_or_control_characters(markup):
    check_plain(plain_html(markup))
    check_plain(plain_text(markup))
    assert "\n" not in one_line(markup)


@given(st.lists(st.text(alphabet="abc åß漢字👍 .,", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=5))
def test_words_come_out_as_they_went_in(paragraphs):
    words = [" ".join(paragraph.split()) for paragraph in paragraphs]
    assert plain_html("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)).split("\n") == words


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br/>Three</p>", "One\nTwo\nThree"),
        ("First block.\n\nSecond block,\nwrapped.", "First block.\nSecond block, wrapped."),
        ("Nissan &amp; Honda&nbsp;&#8211; &eacute;lan", "Nissan & Honda \u2013 élan"),
        ("Mercedes &amp;amp; Co", "Mercedes & Co"),
        ("&lt;p&gt;Escaped &lt;i&gt;once more&lt;/i&gt;&lt;/p&gt;", "Escaped once more"),
        ("<script>steal()</script>Safe<style>p{}</style>", "Safe"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><td>Price</td><td>low</td></tr></table>", "Price low"),
        ("price < 5 and I <3 it", "price < 5 and I <3 it"),
        ("\u202egnp.exe\u202c \u200bhidden", "gnp.exe hidden"),
        (
            "family \U0001f468\u200d\U0001f469\u200d\U0001f467",
            "family \U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
        ("<a href='javascript:alert(1)'>click</a>", "click"),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(markup, text):
    assert plain_html(markup) == text


def test_plain_text_keeps_its_own_lines():
    assert plain_text("Heading\r\nFirst line\n\n\n  Second   line \n") == "Heading\nFirst line\nSecond line"


def test_a_text_is_cut_after_a_word():
    assert shorten("a wagon with a very long roof", 20) == "a wagon with a very…"


def test_a_text_that_fits_is_left_alone():
    assert shorten("short", 5) == "short"


@given(st.text(min_size=1), st.integers(min_value=5, max_value=40))
def test_a_cut_text_is_never_longer_than_asked(text, chars_max):
    assert len(shorten(text, chars_max)) <= max(chars_max, 1)


def test_no_half_of_an_emoji_is_left_behind():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert shorten("abcdef " + family + family, 10) == "abcdef…"
