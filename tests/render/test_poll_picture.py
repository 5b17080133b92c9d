import io
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.poll.ballot import marks_of
from bot.domain.poll.bracket import Round
from bot.domain.poll.poll import OPTION_CHARS_MAX, QUESTION_CHARS_MAX, PollState
from bot.domain.poll.rules import Method, PollKind, PollRules
from bot.render.picture.bars import ROWS_MAX
from bot.render.picture.bracket import in_tree
from bot.render.picture.fonts import SCALE, has_glyph, pens
from bot.render.picture.heading import CHECK
from bot.render.picture.sheet import INKS, Colour, Sheet
from bot.render.poll_picture import lay_out, poll_picture
from bot.text import LANGUAGES
from tests.nasty import samples
from tests.poll_samples import CARS, LABELS, QUESTIONS, SAMPLES, chosen, knocked_out, names, poll_of, voted

SLACK = 0.01  # points: figures that should be equal come from sums
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def said(sheet):
    return [words.text for words in sheet.words]


def overlap(one, other):
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > SLACK and down > SLACK


def holds(area, words):
    return (
        area.left <= words.left + SLACK
        and area.top <= words.top + SLACK
        and words.right <= area.right + SLACK
        and words.bottom <= area.bottom + SLACK
    )


def check_fits(sheet: Sheet):
    placed = sorted(sheet.words, key=lambda words: words.top)
    for words in placed:
        assert words.left >= 0, words
        assert words.top >= 0, words
        assert words.right <= sheet.width + SLACK, words
        assert words.bottom <= sheet.height + SLACK, words
        grounds = [area for area in sheet.areas if overlap(words, area)]
        if words.on is Colour.PAPER:
            assert not grounds, words
        else:
            assert [area.colour for area in grounds] == [words.on], words
            assert holds(grounds[0], words), words
    for index, words in enumerate(placed):
        for other in placed[index + 1 :]:
            if other.top >= words.bottom:
                break
            assert not overlap(words, other), (words, other)
    for area in sheet.areas:
        assert area.left >= 0, area
        assert area.top >= 0, area
        assert area.width > 0, area
        assert area.height > 0, area
        assert area.right <= sheet.width + SLACK, area
        assert area.bottom <= sheet.height + SLACK, area


def check_has_glyphs(sheet: Sheet):
    for words in sheet.words:
        for _, cluster in pens(words.text, words.style):
            assert has_glyph(cluster), (cluster, words.text)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_result_is_a_png_as_large_as_its_sheet(name):
    sample = SAMPLES[name]
    png = poll_picture(sample.poll, sample.tally, sample.language)
    sheet = lay_out(sample.poll, sample.tally, sample.language)
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        assert picture.format == "PNG"
        assert picture.size == (sheet.width * SCALE, round(sheet.height * SCALE))
    assert len(png) < 300_000


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_stands_beside_everything_else_and_inside_the_picture(name, language):
    sheet = lay_out(SAMPLES[name].poll, SAMPLES[name].tally, language)
    check_fits(sheet)
    check_has_glyphs(sheet)


def test_the_same_result_is_the_same_picture_byte_for_byte():
    sample = SAMPLES["run-off"]
    assert poll_picture(sample.poll, sample.tally, "en") == poll_picture(sample.poll, sample.tally, "en")
    assert poll_picture(sample.poll, sample.tally, "en") != poll_picture(sample.poll, sample.tally, "ja")


@FEW
@given(
    labels=st.lists(LABELS, min_size=2, max_size=30),
    question=QUESTIONS,
    votes=st.lists(st.integers(0, 200_000), min_size=30, max_size=30),
    language=st.sampled_from(LANGUAGES),
)
def test_whatever_is_typed_fits_and_is_drawn_with_glyphs(labels, question, votes, language):
    poll = poll_of(labels, question)
    sample = voted(poll, chosen(votes[: len(labels)]))
    sheet = lay_out(poll, sample.tally, language)
    check_fits(sheet)
    check_has_glyphs(sheet)


def test_what_engines_choke_on_is_drawn_or_left_out():
    typed = samples()
    for few in (typed[first : first + 8] for first in range(0, len(typed), 8)):
        poll = poll_of([*(one[:OPTION_CHARS_MAX] for one in few), "Supra"], few[0][:QUESTION_CHARS_MAX])
        sample = voted(poll, chosen([2, 1]))
        check_fits(lay_out(poll, sample.tally, "en"))
        assert poll_picture(poll, sample.tally, "en")


METHODS = st.sampled_from(
    [
        (PollKind.RANKED, Method.IRV),
        (PollKind.RANKED, Method.SCHULZE),
        (PollKind.RANKED, Method.BORDA),
        (PollKind.SCORE, Method.STAR),
        (PollKind.VERDICT, Method.WILSON),
    ]
)


@FEW
@given(labels=st.lists(LABELS, min_size=2, max_size=12), method=METHODS, draws=st.data())
def test_whatever_is_voted_fits(labels, method, draws):
    kind, how = method
    numbers = range(1, len(labels) + 1)
    value = {PollKind.SCORE: st.integers(0, 5), PollKind.VERDICT: st.sampled_from([1, -1])}.get(kind, st.just(0))
    profile = {}
    for _ in range(draws.draw(st.integers(0, 6))):
        order = draws.draw(st.permutations(numbers))[: draws.draw(st.integers(0, len(labels)))]
        values = {number: draws.draw(value) for number in order}
        if kind is PollKind.RANKED:
            values = {number: place for place, number in enumerate(order, 1)}
        profile[marks_of(values)] = draws.draw(st.integers(1, 40_000))
    rules = PollRules(kind=kind, method=how, labels=(draws.draw(LABELS)[:30], draws.draw(LABELS)[:30]))
    poll = poll_of(labels, rules=rules)
    sheet = lay_out(poll, voted(poll, profile).tally, draws.draw(st.sampled_from(LANGUAGES)))
    check_fits(sheet)
    check_has_glyphs(sheet)


@FEW
@given(
    labels=st.lists(LABELS, min_size=4, max_size=40),
    rounds_n=st.integers(1, 6),
    is_open=st.booleans(),
    language=st.sampled_from(LANGUAGES),
)
def test_any_bracket_fits(labels, rounds_n, is_open, language):
    sample = knocked_out(labels, rounds_n, is_open=is_open)
    sheet = lay_out(sample.poll, sample.tally, language)
    check_fits(sheet)
    check_has_glyphs(sheet)


def test_a_winner_is_marked_by_a_check_and_by_bold_type_not_by_colour_alone():
    sheet = lay_out(SAMPLES["five"].poll, SAMPLES["five"].tally, "en")
    assert said(sheet).count(CHECK) == 1
    bold = {words.text for words in sheet.words if words.style.is_bold}
    assert CARS[0] in bold
    assert CARS[1] not in bold
    red = [area for area in sheet.areas if area.colour is Colour.RED and area.height > 20]
    grey = [area for area in sheet.areas if area.colour is Colour.BAR]
    assert max(red, key=lambda area: area.width).width > max(area.width for area in grey)


def test_those_who_share_a_win_are_all_marked():
    assert said(lay_out(SAMPLES["tie"].poll, SAMPLES["tie"].tally, "en")).count(CHECK) == 3


@pytest.mark.parametrize("name", ["nobody", "running", "without-quorum"])
def test_nobody_is_marked_as_winner_before_the_end_or_without_a_quorum(name):
    sheet = lay_out(SAMPLES[name].poll, SAMPLES[name].tally, "en")
    assert CHECK not in said(sheet)
    assert Colour.RED not in [area.colour for area in sheet.areas if area.top > 10]


def test_what_got_nothing_has_no_bar():
    sheet = lay_out(SAMPLES["nobody"].poll, SAMPLES["nobody"].tally, "en")
    assert Colour.BAR not in [area.colour for area in sheet.areas]
    assert said(sheet).count("0") == 4


def test_of_a_hundred_options_the_first_are_drawn_and_the_others_counted():
    words = said(lay_out(SAMPLES["hundred"].poll, SAMPLES["hundred"].tally, "en"))
    assert f"… and {100 - ROWS_MAX} more" in words
    assert names(100)[0] in words


def test_a_verdict_goes_to_both_sides_of_one_line_under_its_two_labels():
    sheet = lay_out(SAMPLES["verdict"].poll, SAMPLES["verdict"].tally, "en")
    good = [area for area in sheet.areas if area.colour is Colour.FOR]
    bad = [area for area in sheet.areas if area.colour is Colour.AGAINST]
    assert len({round(area.left, 3) for area in good}) == 1
    assert max(area.right for area in bad) < good[0].left
    assert {"so back", "so over", "91%", "48", "5"} <= set(said(sheet))


def test_a_run_off_says_who_left_and_where_the_votes_went():
    sample = SAMPLES["run-off"]
    words = said(lay_out(sample.poll, sample.tally, "en"))
    assert words.count("out") == len(sample.tally.rounds[0].totals) - len(sample.tally.rounds[-1].totals)
    before, after = sample.tally.rounds[:2]
    gains = {f"+{after.totals[number] - before.totals[number]}" for number in after.totals} - {"+0"}
    assert gains
    assert gains <= set(words)


def test_of_many_rounds_the_first_and_the_last_are_shown_and_the_others_counted():
    sample = SAMPLES["run-off-many"]
    words = said(lay_out(sample.poll, sample.tally, "en"))
    assert "Round 1" in words
    assert f"Round {len(sample.tally.rounds)}" in words
    assert any("of the rounds are not shown" in line for line in words)


def test_star_shows_the_sums_and_the_run_off_that_turned_them_over():
    sample = SAMPLES["star"]
    words = said(lay_out(sample.poll, sample.tally, "en"))
    assert words.index(CARS[0]) < words.index(CARS[1])
    assert {"Run-off: which of the two voters prefer", "21", "20", "4 ballots prefer neither"} <= set(words)


def test_a_bracket_names_its_winner_and_every_entry():
    sample = SAMPLES["bracket-8"]
    sheet = lay_out(sample.poll, sample.tally, "en")
    words = said(sheet)
    assert f"{CHECK} Winner: {CARS[sample.tally.winners[0] - 1]}" in words
    for number, label in enumerate(CARS[:8], 1):
        assert str(number) in words
        assert any(label.startswith(line.removesuffix("…")) for line in words), label


def test_in_a_bracket_each_winner_is_checked_bold_and_beside_its_votes():
    sample = SAMPLES["bracket-4"]
    sheet = lay_out(sample.poll, sample.tally, "en")
    for match in (match for each in sample.poll.bracket.rounds for match in each.matches):
        winner = max(match.first_n, match.second_n)
        assert any(words.text == str(winner) and words.style.is_bold for words in sheet.words)
    assert said(sheet).count(CHECK) == 3


def test_byes_open_matches_and_those_to_come_are_told_apart_in_words_or_by_being_empty():
    sample = SAMPLES["bracket-13"]
    sheet = lay_out(sample.poll, sample.tally, "en")
    assert said(sheet).count("bye") == 3
    assert said(sheet).count("open") == 5
    assert CHECK not in said(sheet)
    boxes = [area for area in sheet.areas if area.colour is Colour.PANEL]
    assert len(boxes) == 8


def test_a_final_that_is_shared_has_two_winners():
    sample = SAMPLES["bracket-level"]
    words = said(lay_out(sample.poll, sample.tally, "en"))
    assert f"{CHECK} Winners: Mazda RX-Vision and Nissan IDx Nismo" in words
    assert "open" not in words
    assert words.count(CHECK) == 4  # two semi-finals, and both in the final


def test_without_a_quorum_a_bracket_names_no_winner():
    sample = SAMPLES["bracket-4"]
    poll = replace(sample.poll, rules=replace(sample.poll.rules, quorum=1_000))
    assert not any("Winner" in words for words in said(lay_out(poll, sample.tally, "en")))


def test_one_option_more_is_drawn_rather_than_counted():
    for labels_n, counted in ((ROWS_MAX + 1, False), (ROWS_MAX + 2, True)):
        sample = voted(poll_of(names(labels_n)), chosen([1] * labels_n))
        assert any("more" in words for words in said(lay_out(sample.poll, sample.tally, "en"))[-4:-1]) == counted


def test_the_tree_puts_the_two_that_meet_next_beside_each_other_however_they_are_listed():
    rounds = SAMPLES["bracket-32"].poll.bracket.rounds
    shuffled = [Round(tuple(reversed(each.matches[1::2] + each.matches[::2])), each.closes_at) for each in rounds]
    levels = in_tree(shuffled)
    assert [len(level) for level in levels] == [16, 8, 4, 2, 1]
    for level, after in pairwise(levels[:3]):
        for at, match in enumerate(after):
            assert [feeder.winner for feeder in level[2 * at : 2 * at + 2]] == [match.first, match.second]
    assert levels[3:] == [[None, None], [None]]


def test_before_the_first_round_the_opening_vote_is_drawn_as_bars():
    running = replace(
        SAMPLES["running"].poll, rules=PollRules(kind=PollKind.BRACKET, method=Method.KNOCKOUT), state=PollState.OPEN
    )
    words = said(lay_out(running, SAMPLES["running"].tally, "en"))
    assert any("opening vote" in line for line in words)
    assert {"4", "3", "2", "1", *CARS[:4]} <= set(words)


def test_an_option_of_emoji_only_is_drawn_by_its_number():
    poll = poll_of(["🏁", "Supra"])
    assert "Option 1" in said(lay_out(poll, voted(poll, chosen([2, 1])).tally, "en"))


def luminance(colour):
    channels = [part / 255 for part in colour.value]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground"), INKS)
def test_text_has_the_contrast_that_wcag_asks_of_it(ink, ground):
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("colour", [Colour.BAR, Colour.FOR, Colour.AGAINST])
def test_bars_have_the_contrast_that_wcag_asks_of_graphics(colour):
    assert contrast(colour, Colour.PAPER) >= 3


def test_whatever_is_said_of_a_result_loads_no_pillow():
    code = "import sys, bot.render.poll_table; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
