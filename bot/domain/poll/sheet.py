"""Ranked ballots side by side, bit by bit, so that comparing two options on all ballots is a few operations.

Each option has a column with its place on every distinct ballot. The columns are cut into bits: an integer holds one
bit of an option's place on all ballots, and how often each ballot was cast is cut likewise. Comparing two columns of
100,000 ballots then takes a dozen operations on such integers, which Python carries out in C. (The layout is known as
vertical or bit-sliced: O'Neil and Quass, "Improved query performance with variant indexes", SIGMOD 1997.)
"""

from collections.abc import Iterable, Sequence
from struct import pack

from bot.domain.poll.ballot import Profile

# A column has a byte for each ballot, and one value says that the option was not given.
PLACES_MAX = 254
_NOT_GIVEN = 255
# The characters "0" and "1" for each value of a byte, by its bits from the lowest: what `int` reads with base 2.
_BITS = tuple(bytes(ord("0") + (value >> bit & 1) for value in range(256)) for bit in range(8))


class Sheet:
    """All ballots of a ranked profile.

    Sets of ballots are integers with a bit for each distinct ballot. An option that a ballot does not give comes after
    all that it gives, level with the others that are not given.

    Args:
        numbers: the options that stand; ballots name no others.
        profile: ranked ballots, each place from 1 to `PLACES_MAX`; options may share a place.

    Raises:
        KeyError: if a ballot names an option that does not stand.
        ValueError: if a place is out of range.
    """

    def __init__(self, numbers: Sequence[int], profile: Profile) -> None:
        # Marks are sorted by number, so a ballot that gives all options is a row of this order.
        columns = sorted(numbers)
        width = len(columns)
        matrix = _matrix(columns, profile)
        longest = max(map(len, profile), default=0)
        unusual = matrix.translate(None, bytes([*range(longest + 1), _NOT_GIVEN]))
        highest = max(unusual, default=longest)
        # With one more, all bits of "not given" are set, and no place's are.
        bits_n = (highest + 1).bit_length()
        self.numbers = tuple(numbers)
        self._bits = {number: _cut(matrix[column::width], bits_n) for column, number in enumerate(columns)}
        self._times = _cut_times(list(profile.values()))
        self._all = (1 << len(profile)) - 1

    def count(self, ballots: int) -> int:
        """Return how often the distinct ballots of a set were cast."""
        return sum((ballots & plane).bit_count() << bit for bit, plane in enumerate(self._times))

    def naming(self) -> dict[int, int]:
        """Return how many ballots give each option a place."""
        return {number: self.count(self.given(number)) for number in self.numbers}

    def pairwise(self) -> dict[int, dict[int, int]]:
        """Return how many ballots put each option before each other."""
        table: dict[int, dict[int, int]] = {number: {} for number in self.numbers}
        for position, one in enumerate(self.numbers):
            for other in self.numbers[position + 1 :]:
                before, after = self.preferring(one, other)
                table[one][other] = self.count(before)
                table[other][one] = self.count(after)
        return table

    def given(self, number: int) -> int:
        """Return the ballots that give an option a place."""
        ballots = self._all
        for plane in self._bits[number]:
            ballots &= plane
        return self._all ^ ballots

    def preferring(self, one: int, other: int) -> tuple[int, int]:
        """Return the ballots that put `one` before `other`, and those that put `other` before `one`."""
        before = after = 0
        # From the lowest bit: a higher one on which two places differ overrules what the lower ones said.
        for bit_of_one, bit_of_other in zip(self._bits[one], self._bits[other], strict=True):
            differ = bit_of_one ^ bit_of_other
            before = (before ^ (before & differ)) | (bit_of_other & differ)
            after = (after ^ (after & differ)) | (bit_of_one & differ)
        return before, after

    def firsts(self, standing: Iterable[int]) -> dict[int, int]:
        """Return the ballots on which each option has the best place of those standing; it may share it."""
        leading = {number: self.given(number) for number in standing}
        if not leading:
            return leading
        for bit in reversed(range(len(next(iter(self._bits.values()))))):
            # Where an option that may still be the first has a 0 in this bit, those that have a 1 are not the first.
            low = 0
            for number, ballots in leading.items():
                low |= ballots ^ (ballots & self._bits[number][bit])
            for number, ballots in leading.items():
                leading[number] = ballots ^ (ballots & self._bits[number][bit] & low)
        return leading


def _matrix(columns: list[int], profile: Profile) -> bytes:
    """Return a byte for each option on each distinct ballot, ballot after ballot."""
    width = len(columns)
    column_of = {number: column for column, number in enumerate(columns)}
    nothing = bytes([_NOT_GIVEN]) * width
    matrix = bytearray()
    for marks in profile:
        row = bytearray(nothing)
        for number, place in marks:
            row[column_of[number]] = place
        matrix += row
    given_n = sum(map(len, profile))
    if matrix.count(_NOT_GIVEN) != width * len(profile) - given_n:
        raise ValueError(f"places end at {PLACES_MAX}")
    return bytes(matrix)


def _cut(column: bytes, bits_n: int) -> list[int]:
    """Return the bits of a column from the lowest, each as an integer over all ballots."""
    return [int(column.translate(_BITS[bit]) or b"0", 2) for bit in range(bits_n)]


def _cut_times(times: Sequence[int]) -> list[int]:
    """Return the bits of how often each ballot was cast, as `_cut` does for a place."""
    bits_n = max(times, default=0).bit_length()
    packed = pack(f"<{len(times)}Q", *times)
    return [plane for byte in range(-(-bits_n // 8)) for plane in _cut(packed[byte::8], min(8, bits_n - 8 * byte))]
