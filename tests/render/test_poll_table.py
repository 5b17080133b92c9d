import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.poll.poll import OPTION_CHARS_MAX, PollState
from bot.domain.poll.rules import METHODS, Method, PollKind, PollRules, Seeding, TieRule
from bot.domain.poll.tally import Decision
from bot.render.columns import FIGURE, LABEL, columns_of, fit, in_columns
from bot.render.poll_table import ALT_CHARS_MAX, COLUMNS_MAX, LIVE_MAX, alt_text, bar, live_bars, text_table
from bot.render.poll_words import (
    decided_sentence,
    figure,
    method_sentence,
    names_of,
    order_notes,
    percent,
    round_name,
    rows_of,
    shown_rounds,
)
from bot.text import LANGUAGES
from tests.poll_samples import CARS, SAMPLES, SEED, chosen, in_order, names, poll_of, voted

TENNESSEE = ["Memphis", "Nashville", "Chattanooga", "Knoxville"]
# A common example (Wikipedia, "Condorcet method"): voters rank by distance; in per cent of them.
DISTANCES = {in_order(1, 2, 3, 4): 42, in_order(2, 3, 4, 1): 26, in_order(3, 4, 2, 1): 15, in_order(4, 3, 2, 1): 17}
LABELS = st.lists(st.sampled_from([*"aW -日アー한é🏁", "👨‍👩‍👧", "e\u0301", "\u202e"]), min_size=1, max_size=80).map(
    "".join
)


def capital(method, language="en"):
    rules = PollRules(kind=PollKind.RANKED, method=method)
    sample = voted(poll_of(TENNESSEE, "Where should the capital be?", rules=rules), DISTANCES)
    return text_table(sample.poll, sample.tally, language)


def seen(line):
    """Columns of a line of letters without marks that join: measured another way than the code does."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def test_votes_stand_in_columns_beside_the_names():
    sample = SAMPLES["five"]
    assert text_table(sample.poll, sample.tally, "en").splitlines() == [
        "*  1  Mazda RX-Vision   41  48%",
        "   2  Nissan IDx Nismo  30  35%",
        "   3  Toyota FT-1       12  14%",
        "   4  Honda Sports EV    3   3%",
        "   5  Subaru Viziv       0   0%",
    ]


def test_japanese_names_count_double_so_that_figures_stand_below_each_other():
    lines = text_table(SAMPLES["japanese"].poll, SAMPLES["japanese"].tally, "ja").splitlines()
    assert len({seen(line) for line in lines}) == 1
    assert lines[0].startswith("*  1  トヨタ・スポーツ800 ")


def test_a_run_off_is_told_round_by_round():
    assert capital(Method.IRV).splitlines() == [
        "      Round         1    2    3",
        "*  1  Knoxville    17   32   58",
        "   2  Memphis      42   42   42",
        "   3  Nashville    26   26  out",
        "   4  Chattanooga  15  out",
    ]


def test_a_ranking_is_told_each_against_each():
    assert capital(Method.SCHULZE).splitlines() == [
        "Voters who prefer the line to the column",
        "                       A   B   C   D",
        "*  1  Nashville    A   –  68  68  58",
        "   2  Chattanooga  B  32   –  83  58",
        "   3  Knoxville    C  32  17   –  58",
        "   4  Memphis      D  42  42  42   –",
    ]


def test_scores_are_told_with_their_averages_and_the_run_off():
    sample = SAMPLES["star"]
    lines = text_table(sample.poll, sample.tally, "en").splitlines()
    assert lines[0].split() == ["sum", "average", "scored"]
    assert lines[1].split() == ["*", "1", "Mazda", "RX-Vision", "114", "2.92", "39"]
    assert lines[2].split() == ["2", "Nissan", "IDx", "Nismo", "167", "3.71", "45"]
    assert lines[-3:] == ["  Mazda RX-Vision: 21", "  Nissan IDx Nismo: 20", "  4 ballots prefer neither"]


def test_a_verdict_is_told_with_its_share_and_what_of_it_is_certain():
    lines = text_table(SAMPLES["verdict"].poll, SAMPLES["verdict"].tally, "en").splitlines()
    assert lines[0].split() == ["so", "back", "so", "over", "share", "certain"]
    assert lines[1].split() == ["*", "1", "Mazda", "48", "5", "91%", "80%"]
    assert next(line for line in lines if "Mitsubishi" in line).split()[-2:] == ["100%", "44%"]


def test_a_bracket_is_told_round_by_round_with_byes_and_open_matches():
    sample = SAMPLES["bracket-5"]
    lines = text_table(sample.poll, sample.tally, "en").splitlines()
    first = sample.poll.bracket.rounds[0].matches[1]
    assert lines[0] == "Quarter-finals"
    assert lines[1].split() == ["*", "Mazda", "RX-Vision", "bye"]
    assert f"{first.first_n}–{first.second_n}" in lines[2]
    assert lines[5] == "Semi-finals"
    assert all("  open  " in line and "*" not in line for line in lines[6:])


def test_of_a_long_bracket_the_last_rounds_are_told():
    sample = SAMPLES["bracket-64"]
    table = text_table(sample.poll, sample.tally, "en", chars_max=800)
    assert table.startswith("… ")
    assert "Last 64" not in table
    assert table.splitlines()[-2] == "Final"
    assert len(table) <= 800


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_wider_and_no_table_longer_than_there_is_room(name, language):
    sample = SAMPLES[name]
    table = text_table(sample.poll, sample.tally, language, chars_max=1_500)
    assert len(table) <= 1_500
    assert max(seen(line) for line in table.splitlines()) <= COLUMNS_MAX


def test_options_that_have_no_room_are_counted():
    sample = SAMPLES["hundred"]
    lines = text_table(sample.poll, sample.tally, "en", chars_max=1_000).splitlines()
    shown = len(lines) - 1
    assert lines[-1] == f"… and {100 - shown} more"
    assert 10 < shown < 40
    assert "more" not in text_table(sample.poll, sample.tally, "en", chars_max=10_000)


@given(labels=st.lists(LABELS, min_size=2, max_size=8), votes=st.lists(st.integers(1, 99), min_size=8, max_size=8))
@settings(deadline=None, max_examples=60)
def test_whatever_names_are_typed_lines_are_as_wide_as_each_other(labels, votes):
    sample = voted(poll_of([label[:OPTION_CHARS_MAX] for label in labels]), chosen(votes[: len(labels)]))
    widths = {columns_of(line) for line in text_table(sample.poll, sample.tally, "en").splitlines()}
    assert len(widths) == 1
    assert widths.pop() <= COLUMNS_MAX


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("abc", 3),
        ("日本", 4),
        ("ｱｲ", 2),
        ("Ａ１", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("🏁", 2),
        ("👨‍👩‍👧", 2),
        ("한", 2),
        ("", 0),
        ("❤️", 2),
    ],
)
def test_columns_are_counted_as_a_terminal_does(text, columns):
    assert columns_of(text) == columns


def test_a_cut_never_splits_a_character_and_never_takes_more_room_than_there_is():
    for room in range(12):
        kept = fit("日本👨‍👩‍👧 car", room)
        assert columns_of(kept) <= room
        assert kept.removesuffix("…").rstrip() in {
            "",
            "日",
            "日本",
            "日本👨‍👩‍👧",
            "日本👨‍👩‍👧 c",
            "日本👨‍👩‍👧 ca",
            "日本👨‍👩‍👧 car",
        }


def test_of_two_columns_that_can_give_the_wider_one_does():
    assert in_columns([["a" * 30, "b" * 10, "1"]], [LABEL, LABEL, FIGURE], 30) == ["a" * 14 + "…  bbbbbbbbbb  1"]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_alternative_text_fits_and_names_who_won(name, language):
    sample = SAMPLES[name]
    alt = alt_text(sample.poll, sample.tally, language)
    assert len(alt) <= ALT_CHARS_MAX
    assert sample.poll.question.strip()[:100] in alt
    for number in sample.tally.winners:
        assert sample.poll.by_number[number].label in alt


def test_alternative_text_says_what_the_first_got_and_what_decided():
    sample = SAMPLES["five"]
    assert alt_text(sample.poll, sample.tally, "en") == (
        "Result of “What’s the best Japanese concept car ever?”. Most votes · 86 ballots · quorum of 50 met. "
        "Mazda RX-Vision won; no tie had to be broken. The quorum of 50 ballots was met. "
        "Mazda RX-Vision: 41 (48%); Nissan IDx Nismo: 30 (35%); Toyota FT-1: 12 (14%); Honda Sports EV: 3 (3%); "
        "Subaru Viziv: 0 (0%)."
    )


def test_alternative_text_of_a_hundred_options_counts_those_it_has_no_room_for():
    alt = alt_text(SAMPLES["hundred"].poll, SAMPLES["hundred"].tally, "en")
    assert alt.endswith(" more.")
    shown = alt.count("; ", alt.index("broken.")) + 1
    assert f"and {100 - shown} more." in alt


def test_alternative_text_of_a_bracket_tells_the_last_matches():
    final = SAMPLES["bracket-8"].poll.bracket.rounds[-1].matches[0]
    alt = alt_text(SAMPLES["bracket-8"].poll, SAMPLES["bracket-8"].tally, "en")
    assert f"{max(final.first_n, final.second_n)} to {min(final.first_n, final.second_n)}" in alt
    assert "against" in alt_text(SAMPLES["bracket-5"].poll, SAMPLES["bracket-5"].tally, "en")


def test_a_final_that_is_shared_is_told_with_both_winners_and_not_as_open():
    sample = SAMPLES["bracket-level"]
    table = text_table(sample.poll, sample.tally, "en")
    assert table.endswith("\n*  Mazda RX-Vision  9–9  *  Nissan IDx Nismo")
    told = alt_text(sample.poll, sample.tally, "en")
    assert "Winners: Mazda RX-Vision and Nissan IDx Nismo." in told
    assert "Mazda RX-Vision and Nissan IDx Nismo ended level, 9 to 9" in told


def test_a_run_off_tells_what_each_option_won_or_went_out_with():
    poll = poll_of(CARS[:3], rules=PollRules(PollKind.RANKED, Method.IRV))
    sample = voted(poll, {in_order(1): 4, in_order(2): 3, in_order(3, 2): 2})
    assert [(row.label, row.figure, row.detail) for row in rows_of(sample.poll, sample.tally, "en")] == [
        ("Nissan IDx Nismo", "5", "56%"),
        ("Mazda RX-Vision", "4", "44%"),
        ("Toyota FT-1", "2", "out in round 1"),
    ]


def test_why_a_smaller_figure_stands_first_is_said_only_where_one_does():
    for name in ("verdict", "schulze"):
        sample = SAMPLES[name]
        (note,) = order_notes(sample.tally, "en")
        assert note in alt_text(sample.poll, sample.tally, "en")
    clear = voted(poll_of(CARS[:3], rules=PollRules(PollKind.RANKED, Method.SCHULZE)), {in_order(1, 2, 3): 1})
    assert order_notes(clear.tally, "en") == []
    assert order_notes(SAMPLES["star"].tally, "en") == []


def test_where_nobody_voted_nobody_has_a_place():
    assert text_table(SAMPLES["nobody"].poll, SAMPLES["nobody"].tally, "en").splitlines()[0].split() == [
        "Mazda",
        "RX-Vision",
        "0",
    ]


def test_live_bars_are_as_long_as_the_share_of_the_first():
    sample = voted(poll_of(CARS[:4], state=PollState.OPEN), chosen([0, 24, 12, 1]))
    lines = live_bars(sample.poll, sample.tally, "en")
    assert [line.number for line in lines] == [2, 3, 4, 1]
    assert [line.bar for line in lines] == ["█" * 12, "█" * 6, "▌", ""]
    assert [line.count for line in lines] == ["24 · 65%", "12 · 32%", "1 · 3%", "0 · 0%"]
    assert lines[0].label == CARS[1]


def test_a_live_bar_of_a_verdict_is_its_share_and_says_both_sides():
    lines = live_bars(SAMPLES["verdict"].poll, SAMPLES["verdict"].tally, "en")
    assert lines[0].count == "91% · so back: 48 · so over: 5"
    assert next(line for line in lines if line.label == "Mitsubishi").bar == "█" * 12


def test_of_many_options_a_card_shows_the_first():
    assert len(live_bars(SAMPLES["hundred"].poll, SAMPLES["hundred"].tally, "en")) == LIVE_MAX
    assert len(live_bars(SAMPLES["hundred"].poll, SAMPLES["hundred"].tally, "en", most=3)) == 3


@given(st.fractions(0, 1))
def test_a_bar_grows_with_its_share_and_is_never_empty_for_something(share):
    drawn = bar(share)
    assert len(drawn) <= 12
    assert (drawn == "") is (share == 0)
    assert set(drawn) <= set("▏▎▍▌▋▊▉█")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "method"), [(kind, method) for kind, methods in METHODS.items() for method in methods]
)
@pytest.mark.parametrize("tie_rule", TieRule)
def test_how_it_is_counted_is_said_with_the_rule_for_ties_and_the_seed_only_where_a_lot_may_decide(
    kind, method, tie_rule, language
):
    rules = PollRules(kind=kind, method=method, tie_rule=tie_rule, choices_max=3, labels=("yes", "no"))
    sentence = method_sentence(rules, language, seed=SEED)
    assert (SEED in sentence) is (tie_rule is TieRule.LOT or kind is PollKind.BRACKET)  # a match has one winner
    assert "\n" not in sentence
    assert sentence != method_sentence(replace(rules, tie_rule=next(iter(set(TieRule) - {tie_rule}))), language)


def test_the_sentence_says_what_a_ballot_may_hold():
    def said(**rules):
        return method_sentence(PollRules(kind=PollKind.MULTIPLE, **rules), "en")

    assert said(choices_max=3).startswith("Up to 3 votes each")
    assert said(choices_min=2, choices_max=2).startswith("Exactly 2 votes each")
    assert said(choices_min=1, choices_max=1).startswith("One vote each")
    assert said(choices_min=2, choices_max=4).startswith("2 to 4 votes each")


@pytest.mark.parametrize("seeding", Seeding)
def test_a_bracket_prints_the_seed_for_a_lot_may_decide_a_match(seeding):
    rules = PollRules(kind=PollKind.BRACKET, method=Method.KNOCKOUT, seeding=seeding)
    assert SEED in method_sentence(rules, "en", seed=SEED)


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_thing_that_can_decide_has_its_sentence(decision, language):
    sample = SAMPLES["five"]
    tally = replace(sample.tally, decided_by=decision, winners=() if decision is Decision.NOBODY else (1, 2))
    sentence = decided_sentence(replace(sample.poll, rules=PollRules()), tally, language)
    assert (SEED in sentence) is (decision is Decision.LOT)
    assert (CARS[0] in sentence and CARS[1] in sentence) is (decision is not Decision.NOBODY)


def test_a_quorum_is_said_to_be_met_or_missed_and_without_it_nobody_won():
    assert decided_sentence(SAMPLES["five"].poll, SAMPLES["five"].tally, "en").endswith("50 ballots was met.")
    missed = decided_sentence(SAMPLES["without-quorum"].poll, SAMPLES["without-quorum"].tally, "en")
    assert missed == "Mazda RX-Vision came first, but the quorum of 500 ballots was not met."


def test_a_bracket_with_an_opening_vote_only_was_won_by_nobody():
    sample = SAMPLES["bracket-4"]
    unplayed = replace(sample.tally, winners=(), decided_by=Decision.NOBODY)
    said = decided_sentence(sample.poll, unplayed, "en")
    assert said == "Nobody voted in any match, so nobody won."
    assert decided_sentence(sample.poll, replace(unplayed, ballots_n=0), "en") == "Nobody voted, so nobody won."


def test_while_it_runs_nobody_has_won():
    sample = SAMPLES["running"]
    assert decided_sentence(sample.poll, sample.tally, "en") == "Mazda RX-Vision is ahead so far."
    level = voted(sample.poll, chosen([2, 2]))
    assert "level" in decided_sentence(level.poll, level.tally, "en")
    none = voted(sample.poll, {})
    assert decided_sentence(none.poll, none.tally, "en") == "Nobody has voted yet."
    between = SAMPLES["bracket-5"]
    assert decided_sentence(between.poll, between.tally, "en") == "Nothing is decided yet."


def test_many_winners_are_counted_rather_than_named():
    poll = poll_of(names(40))
    assert names_of(poll, range(1, 7), "en").count(", ") == 4
    assert names_of(poll, range(1, 3), "en") == "Mazda RX-Vision and Nissan IDx Nismo"
    assert names_of(poll, range(1, 2), "en") == "Mazda RX-Vision"
    assert names_of(poll, range(1, 41), "en").endswith("Subaru Viziv and 35 more")


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 10, "0%"),
        (10, 10, "100%"),
        (1, 1000, "<1%"),
        (999, 1000, ">99%"),
        (1, 3, "33%"),
        (1, 200, "<1%"),
        (0, 0, ""),
    ],
)
def test_nearly_nothing_and_nearly_all_are_not_rounded_to_it(part, whole, shown):
    assert percent(part, whole) == shown


def test_figures_have_separators_and_decimals_only_where_needed():
    assert [figure(number) for number in (46716, 12.0, 10.5)] == ["46,716", "12", "10.5"]


def test_of_many_rounds_the_first_and_the_last_are_shown():
    assert shown_rounds(5, 5) == [0, 1, 2, 3, 4]
    assert shown_rounds(39, 4) == [0, 36, 37, 38]


@pytest.mark.parametrize("language", LANGUAGES)
def test_rounds_of_a_bracket_have_names(language):
    said = [round_name(entries, language) for entries in (64, 32, 16, 8, 4, 2)]
    assert len(set(said)) == 6
    assert "64" in said[0]


def test_half_a_point_of_a_borda_count_is_shown():
    assert "270.5" in text_table(SAMPLES["borda"].poll, SAMPLES["borda"].tally, "en")
