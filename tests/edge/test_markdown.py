"""Outside text in Discord's Markdown, against a model of what Discord would make of it."""

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.wording import clean
from bot.edge.markdown import URL_CHARS_MAX, escape, link

# Characters that mean something somewhere, in clumps, among letters that stay letters.
LIVELY = st.text(
    alphabet="\\*_~`|<>[]()#-+.:/@&!0123456789 \n\tabcdefhinoprstvy\u202e\u200b\u2066\x00日本é", max_size=60
)
MARKS = ["**", "||", "```", "> ", "# ", "- ", "-# ", "1. ", "\\", "\n", "x", "[a](b)", "<https://x>"]
MENTIONS = ["@everyone", "@here", "<@1>", "<@&2>", "<#3>", "<t:1:R>", "<:e:1>", "</cmd:1>", "steam://run", "a1://b"]
WORDS = st.lists(st.sampled_from(MARKS + MENTIONS), max_size=12).map("".join)
OUTSIDE = st.one_of(LIVELY, WORDS, st.text(max_size=40))

# Discord's Markdown: a backslash before a punctuation mark shows that mark; everything else here acts.
ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
ACTIVE = re.compile(
    r"""[*_~`|<>\[\]()]                     # emphasis, code, spoilers, mentions, stamps, links
    | ^\s*(?:[#\-]\s|-\#\s|\d+\.\s)         # headings, lists, subtext, numbered lists
    | @(?:everyone|here)
    | [A-Za-z][A-Za-z0-9+.-]*://            # addresses become links
    """,
    re.VERBOSE,
)


def active(markdown: str) -> list[str]:
    """Return what Discord would act on; an escaped mark counts as a letter."""
    return ACTIVE.findall(ESCAPED.sub("x", markdown))


def shown(markdown: str) -> str:
    """Return what the reader sees of text in which nothing acts."""
    return ESCAPED.sub(r"\1", markdown).replace("@\u200b", "@")


@given(OUTSIDE)
@example("1. list")
@example("2.0 litres")
@example("-# small")
@example("https://x.example")
@example("web+x1://x.example")
@example("\\[x](https://x.example)")
def test_nothing_in_outside_text_acts(outside):
    assert active(escape(outside)) == []


@given(OUTSIDE)
def test_the_reader_sees_what_was_written(outside):
    assert shown(escape(outside)) == clean(outside)


@given(OUTSIDE)
def test_no_hidden_or_control_character_is_left(outside):
    left = escape(outside).replace("@\u200b", "@")

    assert not re.search("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", left)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in left)
    assert "\n" not in left


@given(st.text(max_size=120), st.integers(min_value=1, max_value=60))
def test_the_text_is_cut_before_it_is_escaped_so_that_no_escape_is_split(outside, chars_max):
    cut = shown(escape(outside, chars_max))

    assert len(cut) <= chars_max
    assert not re.search(r"(?<!\\)(?:\\\\)*\\$", escape(outside, chars_max))


LINKED = re.compile(r"\[(?P<label>(?:\\.|[^\\\[\]])+)\]\(<(?P<url>https?://[^<>()\s]*)>\)", re.IGNORECASE)


@given(OUTSIDE, st.text(max_size=80))
def test_a_link_leads_where_it_was_said_and_shows_its_label(label, rest):
    url = f"https://press.example/{rest}"

    made = link(label, url)

    found = LINKED.fullmatch(made)
    if found is None:
        assert active(made) == []
        assert len(made) == 0 or len(url.encode()) * 3 > URL_CHARS_MAX or not clean(label)
    else:
        assert active(found["label"]) == []
        assert unquote(found["url"], errors="replace") == unquote(
            url.encode(errors="replace").decode(), errors="replace"
        )


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//x.example", "discord://x"]
)
def test_only_web_addresses_are_linked(url):
    assert link("a *label*", url) == r"a \*label\*"


def test_an_address_cannot_close_its_link():
    made = link("label", "https://x.example/a>)[click](<https://evil.example/")

    assert made == "[label](<https://x.example/a%3E%29[click]%28%3Chttps://evil.example/>)"


def test_an_address_too_long_to_follow_is_left_out():
    assert link("label", "https://x.example/" + "a" * URL_CHARS_MAX) == "label"


def test_a_nameless_thing_is_not_linked():
    assert link("\u202e\u200b", "https://x.example/") == ""
