import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.wording import clean, count_words, cut, paragraphs, quoted_spans, sentences, stem, words

TEXT = st.lists(
    st.sampled_from([*"abc .,!?“”\"'()", "é", "e\u0301", "👩‍👩‍👧", "🇯🇵", "日", "。", "\u200d", "👍🏽", "\n", "क्षि"])
).map("".join)


@given(TEXT, st.integers(0, 40))
@example("aaaaaaaaaaaaaaaaaaaa。\u200da", 21)  # a joiner makes one character of the full stop and what follows
def test_cut_keeps_the_limit_and_never_splits_a_grapheme(text, chars_max):
    shortened = cut(text, chars_max)
    assert len(shortened) <= chars_max or shortened == text
    kept = shortened.removesuffix("…") if shortened != text else shortened
    assert text.startswith(kept)
    borders = {match.end() for match in regex.finditer(r"\X", text)} | {0}
    assert len(kept) in borders


@given(TEXT)
def test_sentences_are_literal_pieces_in_order_and_lose_nothing_but_spaces(text):
    at = 0
    for sentence in sentences(text):
        at = text.index(sentence, at) + len(sentence)
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "whole",
    [
        "Mr. Okafor of the U.S. Army paid $5 billion for No. 3.",
        "It builds exciting stuff (i.e. wagons, vs. vans) in St. Ives.",
        "J. R. Tolland told Halden Inc. shareholders at 5 p.m. on Oct. 5 that growth of 3.5 percent was fine.",
        "“I am here. You are not,” she said.",
        '"Is it? No." he said.',
        "Wait… what happened?",
        "「はい。そうです。」と社長は述べた。",
    ],
)
def test_abbreviations_and_quotations_do_not_end_a_sentence(whole):
    assert sentences(whole) == [whole]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("He left at 5 p.m. The end came.", ["He left at 5 p.m.", "The end came."]),
        ("The answer is no. Three makers agreed.", ["The answer is no.", "Three makers agreed."]),
        ("It is in the U.S. It stays.", ["It is in the U.S.", "It stays."]),
        ("“Go!” She went.", ["“Go!”", "She went."]),
        ("発表した。価格は未定だ！本当に？", ["発表した。", "価格は未定だ！", "本当に？"]),
        ("One line\nanother line", ["One line", "another line"]),
    ],
)
def test_sentences_end_where_they_end(text, parts):
    assert sentences(text) == parts


def test_clean_drops_what_hides_or_reorders_text():
    assert clean("a\u202eb\u2066c\u200b\x07  d\n e\ufeff e\u0301") == "abc d e é"


def test_clean_keeps_the_joiners_that_emoji_are_spelt_with():
    assert clean("👩‍👩‍👧") == "👩‍👩‍👧"


def test_paragraphs_leave_out_empty_lines():
    assert paragraphs("one\r\n\r\n \u2029two  words\n") == ["one", "two words"]


def test_cut_prefers_a_sentence_then_a_word():
    assert cut("One two three. Four five six seven.", 20) == "One two three."
    assert cut("One two three four five six seven", 20) == "One two three four…"


def test_an_inch_mark_opens_no_quotation():
    assert quoted_spans('A 5" screen and a 7" one, "both new" they say') == [(26, 36)]


def test_numbers_lose_their_separators_and_words_their_possessive():
    assert words("Toyota’s 381,000 F-150s, 3.5") == ["Toyota", "381000", "F-150s", "3.5"]


def test_japanese_words_are_katakana_runs_and_pairs_of_kanji():
    assert words("トヨタは電池工場") == ["トヨタ", "電池", "池工", "工場"]


def test_inflections_share_a_stem():
    assert {stem(word) for word in ("recall", "recalls", "recalled", "Recalling")} == {"recall"}


def test_words_are_counted_as_a_reader_would():
    assert count_words("The 3 cars — all new.") == 5
    assert count_words("電気自動車") == 3
