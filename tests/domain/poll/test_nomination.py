"""Which write-ins mean the same, which are refused, and what moderators make of the options."""

import re
import subprocess
import sys
from contextlib import suppress
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import PaddockError
from bot.domain.poll import nomination
from bot.domain.poll.ballot import counted
from bot.domain.poll.likeness import Likeness, folded, likeness, name_of
from bot.domain.poll.nomination import (
    Doubtful,
    LabelTakenError,
    MergeSelfError,
    New,
    NominatedEnoughError,
    NominationEmptyError,
    NominationLinkError,
    NominationLongError,
    NominationRemovedError,
    NoSuchOptionError,
    NotMergedError,
    NotRemovedError,
    OptionsFullError,
    Same,
    TooFewLeftError,
    check_nomination,
    merged,
    nominate,
    place,
    removed,
    renamed,
    restored,
    unmerged,
)
from bot.domain.poll.poll import OPTION_CHARS_MAX, OPTIONS_MAX, Option, standing_for
from bot.domain.poll.rules import NOMINATIONS_EACH_MAX, PollKind
from bot.text import LANGUAGES, error_text

LABELLED = Path(__file__).parents[1] / "labelled" / "car_names.txt"


def labelled() -> list[tuple[str, str, Likeness]]:
    pairs: list[tuple[str, str, Likeness]] = []
    kind = Likeness.SAME
    for line in LABELLED.read_text("utf-8").splitlines():
        if line.startswith("# "):
            kind = Likeness[line.removeprefix("# ").upper()]
        elif line:
            one, other = line.split(" | ")
            pairs.append((one, other, kind))
    return pairs


PAIRS = labelled()
NAMES = sorted({name for one, other, _ in PAIRS for name in (one, other)})
WORDS = st.sampled_from([*sorted({word for name in NAMES for word in re.split("[ -]", name)}), "7", "A", "+", "・"])
LABELS = st.sampled_from(NAMES) | st.lists(WORDS, min_size=1, max_size=4).map(" ".join) | st.text(max_size=12)
MEMBER, OTHER = 501, 502


def alike(one: str, other: str) -> Likeness:
    return likeness(name_of(one), name_of(other))


@pytest.mark.parametrize(("one", "other", "right"), PAIRS)
def test_names_of_cars_are_told_apart_as_people_do(one: str, other: str, right: Likeness):
    assert alike(one, other) is right
    assert alike(other, one) is right


def test_the_labelled_pairs_are_enough_to_go_by():
    kinds = [kind for _, _, kind in PAIRS]
    assert min(kinds.count(kind) for kind in Likeness) >= 20
    assert sum(not one.isascii() or not other.isascii() for one, other, _ in PAIRS) >= 20


@given(LABELS, LABELS)
def test_likeness_is_the_same_in_either_order(one: str, other: str):
    assert alike(one, other) is alike(other, one)
    assert alike(one, one) is Likeness.SAME


ASCII_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F5)}


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_case_width_kana_and_spaces_have_no_influence(one: str, other: str):
    right = alike(one, other)
    variants = (
        one.upper(),
        one.lower(),
        one.translate(ASCII_WIDE),
        one.translate(KATAKANA_TO_HIRAGANA),
        f"  {one.replace(' ', '   ')} ",
        one.replace("ー", ""),
        f"the {one}",
        f"“{one}”!",
    )
    for variant in variants:
        assert alike(variant, other) is right, variant
        assert alike(one, variant) is Likeness.SAME, variant


@given(LABELS)
def test_folding_twice_changes_nothing(label: str):
    assert folded(folded(label)) == folded(label)


@given(
    st.sampled_from(["RX", "Model", "CX", "Mazda", "Polestar", "S", "セリカ"]), st.integers(0, 999), st.integers(0, 999)
)
def test_two_numbers_are_never_one(model: str, one: int, other: int):
    expected = Likeness.SAME if one == other else Likeness.DIFFERENT
    assert alike(f"{model}-{one}", f"{model} {other}") is expected


def options_of(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(number, label) for number, label in enumerate(labels, 1))


def test_a_nomination_is_placed_with_what_means_the_same():
    options = options_of("Mazda RX-Vision", "Mazda RX-7", "トヨタ・スープラ")
    assert place("rx vision", options) == Same(1)
    assert place("RX8", options) == New()
    assert place("スープラ", options) == Same(3)
    assert place("RX-Vision GT3", options) == Doubtful((1,))


def test_what_fits_one_option_exactly_is_not_doubted_for_another():
    options = options_of("Ford GT40", "Kia GT40", "GT40")
    assert place("gt 40", options) == Same(3)
    assert place("Kia GT-40", options) == Same(2)
    assert place("GT40", options[:2]) == Doubtful((1, 2))


def test_no_more_than_three_are_asked_about_the_likeliest_first():
    options = options_of("Civic Type R Limited Edition", "Civic Type R", "Civic Si", "Civic Type R Mugen", "Civik")
    for some in permutations(options):
        assert place("Civic", some) == Doubtful((5, 3, 2))


def test_a_merged_option_stands_for_what_it_was_merged_into():
    options = merged(options_of("Honda NSX", "ＮＳＸ-R", "Supra"), 2, 1)
    assert place("nsx-r", options) == Same(1)
    assert place("nsx-r", removed(options, 1, least=1)) == New()


@given(LABELS, st.lists(LABELS, max_size=6))
def test_placing_names_only_options_that_stand_and_does_not_depend_on_their_order(nominated: str, labels: list[str]):
    options = options_of(*labels)
    if len(options) > 3:
        options = removed(merged(options, 1, 2), 3, least=1)
    found = place(nominated, options)
    numbers = {Same: lambda: (found.number,), Doubtful: lambda: found.numbers, New: tuple}[type(found)]()
    assert {option.number for option in options if option.stands}.issuperset(numbers)
    assert len(numbers) <= 3
    assert place(nominated, reversed(options)) == found


@pytest.mark.parametrize(
    ("nominated", "error"),
    [
        ("", NominationEmptyError),
        (" \u200b\n", NominationEmptyError),
        ("?!…", NominationEmptyError),
        ("🚗", NominationEmptyError),
        ("x" * (OPTION_CHARS_MAX + 1), NominationLongError),
        ("https://example.com", NominationLinkError),
        ("see example.com/rx7", NominationLinkError),
        ("WWW.example.com", NominationLinkError),
        ("discord.gg/abc", NominationLinkError),
        ("ｈｔｔｐ：／／example.com", NominationLinkError),
        ("<@123>", NominationLinkError),
        ("<@&123> car", NominationLinkError),
        ("<#123>", NominationLinkError),
        ("<:car:123>", NominationLinkError),
        ("</poll create:1>", NominationLinkError),
        ("@everyone", NominationLinkError),
        ("@he\u200bre", NominationLinkError),
    ],
)
def test_what_is_no_name_is_refused(nominated: str, error: type[PaddockError]):
    with pytest.raises(error) as refused:
        check_nomination(nominated)
    assert all(error_text(refused.value, language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("nominated", "label"),
    [
        (" Mazda\nRX-7\u202e ", "Mazda RX-7"),
        ("x" * OPTION_CHARS_MAX, "x" * OPTION_CHARS_MAX),
        ("911 S/T", "911 S/T"),
        ("Nissan R'nessa", "Nissan R'nessa"),
        ("ID.3", "ID.3"),
        ("86", "86"),
        ("ス", "ス"),
        ("Panoz @ Le Mans <3", "Panoz @ Le Mans <3"),
    ],
)
def test_a_name_is_taken_cleaned(nominated: str, label: str):
    assert check_nomination(nominated) == label


@given(st.text(max_size=OPTION_CHARS_MAX + 5))
def test_every_nomination_is_a_label_that_fits_or_is_refused(nominated: str):
    with suppress(NominationEmptyError, NominationLongError, NominationLinkError):
        label = check_nomination(nominated)
        assert 1 <= len(label) <= OPTION_CHARS_MAX
        assert check_nomination(label) == label


def test_a_nomination_becomes_the_next_option():
    options = removed(options_of("A 110", "Elise", "Exige"), 3)
    assert nominate(options, "RX-7", MEMBER)[-1] == Option(4, "RX-7", added_by=MEMBER)
    assert nominate((), "RX-7", MEMBER) == (Option(1, "RX-7", added_by=MEMBER),)


def test_each_member_nominates_so_many_and_not_more_when_moderators_remove_them():
    options: tuple[Option, ...] = ()
    for number in range(NOMINATIONS_EACH_MAX):
        options = nominate(options, f"RX-{number}", MEMBER)
    options = removed(merged(options, 1, 2, least=0), 3, least=0)
    with pytest.raises(NominatedEnoughError):
        nominate(options, "Supra", MEMBER)
    assert len(nominate(options, "Supra", OTHER)) == NOMINATIONS_EACH_MAX + 1


def test_what_moderators_removed_does_not_come_back():
    options = removed(options_of("Mazda RX-7", "Supra", "NSX"), 1)
    with pytest.raises(NominationRemovedError) as refused:
        nominate(options, "rx7", MEMBER)
    assert "Mazda RX-7" in error_text(refused.value, "en")
    with pytest.raises(LabelTakenError):
        nominate(options, "SUPRA", MEMBER)


def test_a_poll_holds_so_many_options():
    options = options_of(*(f"Car {number}" for number in range(OPTIONS_MAX)))
    with pytest.raises(OptionsFullError):
        nominate(options, "Supra", MEMBER)
    spare = nominate(merged(options, 1, 2), "Supra", MEMBER)
    with pytest.raises(OptionsFullError):
        unmerged(spare, 1)
    spare = nominate(removed(options, 1), "Supra", MEMBER)
    with pytest.raises(OptionsFullError):
        restored(spare, 1)


def test_a_merge_is_undone_and_ballots_count_as_before():
    options = options_of("RX Vision", "Mazda RX-Vision", "RX-Vision concept")
    joined = merged(merged(options, 1, 2), 2, 3, least=1)
    assert counted(joined, ((1, 1),), PollKind.SINGLE) == ((3, 1),)
    assert standing_for({option.number: option for option in joined}, 1) == 3
    assert unmerged(unmerged(joined, 2), 1) == options


def test_an_option_is_removed_with_what_was_merged_into_it_and_restored():
    options = merged(options_of("NSX", "Honda NSX", "Supra", "GT-R"), 1, 2)
    gone = removed(options, 2)
    assert standing_for({option.number: option for option in gone}, 1) is None
    assert restored(gone, 2) == options
    spam = removed(options, 1)
    assert standing_for({option.number: option for option in spam}, 2) == 2
    assert restored(spam, 1) == options


def test_an_option_is_renamed():
    options = options_of("Supra", "Celica")
    assert renamed(options, 1, " Toyota  Supra ")[0].label == "Toyota Supra"
    assert renamed(options, 1, "SUPRA")[0].label == "SUPRA"
    with pytest.raises(LabelTakenError):
        renamed(options, 1, "celica")
    with pytest.raises(NominationLinkError):
        renamed(options, 1, "https://example.com")


def test_a_name_that_was_given_away_is_not_taken_twice_by_undoing():
    options = renamed(merged(options_of("NSX", "Honda NSX", "Supra"), 1, 2), 2, "NSX")
    with pytest.raises(LabelTakenError):
        unmerged(options, 1)
    options = renamed(removed(options_of("NSX", "Honda NSX", "Supra"), 1), 2, "nsx")
    with pytest.raises(LabelTakenError):
        restored(options, 1)


FOUR = merged(removed(options_of("A1", "B2", "C3", "D4", "E5"), 4), 5, 1)  # 1, 2, 3 stand


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda: merged(FOUR, 1, 1), MergeSelfError),
        (lambda: merged(FOUR, 1, 9), NoSuchOptionError),
        (lambda: merged(FOUR, 9, 1), NoSuchOptionError),
        (lambda: merged(FOUR, 1, 5), NoSuchOptionError),  # a circle
        (lambda: merged(FOUR, 1, 4), NoSuchOptionError),
        (lambda: merged(FOUR, 5, 2), NoSuchOptionError),
        (lambda: merged(merged(FOUR, 1, 2), 2, 3), TooFewLeftError),
        (lambda: unmerged(FOUR, 1), NotMergedError),
        (lambda: unmerged(FOUR, 9), NoSuchOptionError),
        (lambda: removed(FOUR, 4), NoSuchOptionError),
        (lambda: removed(FOUR, 9), NoSuchOptionError),
        (lambda: removed(removed(FOUR, 1), 2), TooFewLeftError),
        (lambda: restored(FOUR, 1), NotRemovedError),
        (lambda: restored(FOUR, 9), NoSuchOptionError),
        (lambda: renamed(FOUR, 5, "F6"), NoSuchOptionError),
    ],
)
def test_what_moderators_cannot_do_is_refused_with_a_sentence(change, error: type[PaddockError]):
    with pytest.raises(error) as refused:
        change()
    assert all(error_text(refused.value, language) for language in LANGUAGES)


@given(st.data())
def test_no_chain_of_changes_runs_in_a_circle_or_loses_an_option(data: st.DataObject):
    options = options_of("A1", "B2", "C3", "D4", "E5", "F6")
    numbers = st.integers(1, 7)
    for _ in range(data.draw(st.integers(0, 12))):
        name = data.draw(st.sampled_from(["merged", "unmerged", "removed", "restored"]))
        arguments = [data.draw(numbers)] + ([data.draw(numbers)] if name == "merged" else [])
        try:
            options = getattr(nomination, name)(options, *arguments)
        except PaddockError:
            continue
    assert [option.number for option in options] == [1, 2, 3, 4, 5, 6]
    assert sum(option.stands for option in options) >= 2
    for option in options:
        seen = {option.number}
        while option.merged_into is not None:
            assert option.merged_into not in seen
            seen.add(option.merged_into)
            option = options[option.merged_into - 1]  # noqa: PLW2901  # up the chain


def test_the_library_that_compares_names_is_loaded_when_names_are_compared():
    program = "import sys, bot.domain.poll.nomination; sys.exit('rapidfuzz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
