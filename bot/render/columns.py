"""Text in columns for a fixed-width font, in which Japanese characters and emoji are two columns wide."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from bot.domain.wording import ELLIPSIS

_CLUSTER = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\uFE0F")
GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is set. The one that `gives` is cut until a line fits; figures stand to the right."""

    is_right: bool = False
    gives: bool = False


LABEL = Column(gives=True)
FIGURE = Column(is_right=True)
WORDS = Column()


def columns_of(text: str) -> int:
    """Return how many columns a line of text takes: W and F take two (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else sum(_columns_of_cluster(cluster) for cluster in _CLUSTER.findall(text))


def fit(text: str, columns_max: int) -> str:
    """Return a line cut to `columns_max` columns, between characters, with "…" where it was cut."""
    if columns_of(text) <= columns_max:
        return text
    kept: list[str] = []
    left = columns_max - 1
    for cluster in _CLUSTER.findall(text):
        left -= _columns_of_cluster(cluster)
        if left < 0:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + ELLIPSIS if columns_max > 0 else ""


def pad(text: str, columns: int, *, is_right: bool = False) -> str:
    """Return a line filled up with spaces to `columns` columns."""
    spaces = " " * (columns - columns_of(text))
    return spaces + text if is_right else text + spaces


def in_columns(rows: Sequence[Sequence[str]], columns: Sequence[Column], columns_max: int) -> list[str]:
    """Return rows of cells as lines of at most `columns_max` columns, each cell below the one above it.

    Args:
        rows: cells without line breaks, as many in each row as there are `columns`.
        columns: how each is set.
        columns_max: of a line. Narrower than what does not give, and a gap between columns, lines get longer than it.
    """
    widths = [max((columns_of(row[index]) for row in rows), default=0) for index in range(len(columns))]
    taken = sum(widths) + len(GAP) * (len(columns) - 1)
    givers = [index for index, column in enumerate(columns) if column.gives]
    for _ in range(taken - columns_max):
        widest = max(givers, key=widths.__getitem__, default=0)
        if not givers or widths[widest] <= 1:
            break
        widths[widest] -= 1
    lines: list[str] = []
    for row in rows:
        cells = zip(row, columns, widths, strict=True)
        line = GAP.join(pad(fit(cell, width), width, is_right=column.is_right) for cell, column, width in cells)
        lines.append(line.rstrip())
    return lines


@lru_cache(4_096)
def _columns_of_cluster(cluster: str) -> int:
    if _EMOJI.search(cluster):
        return 2
    return max((_columns_of_character(character) for character in cluster), default=0)


def _columns_of_character(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Cc", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
