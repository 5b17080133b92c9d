"""Which characters a font file has, read from its ``cmap`` table, as Pillow does not tell.

OpenType specification 1.9.1, "Font file" (table directory) and "cmap — Character to Glyph Index Mapping Table".
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

_FULL = 12  # "Format 12: Segmented coverage"
_BASIC = 4  # "Format 4: Segment mapping to delta values"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Code points as ranges, both ends within, sorted and apart."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def __contains__(self, character: str) -> bool:
        at = bisect_right(self.firsts, ord(character)) - 1
        return at >= 0 and ord(character) <= self.lasts[at]


def read_coverage(path: Path) -> Coverage:
    """Return what the font at `path` has a glyph for.

    Raises:
        ValueError: if it has no table that we know how to read; each font of ours has.
        OSError: if it cannot be read.
    """
    table = _table(path, b"cmap")
    (tables_n,) = struct.unpack_from(">H", table, 2)
    found: dict[int, int] = {}
    for index in range(tables_n):
        _platform, _encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * index)
        (form,) = struct.unpack_from(">H", table, offset)
        found.setdefault(form, offset)
    if _FULL in found:
        return _joined(_full(table, found[_FULL]))
    if _BASIC in found:
        return _joined(_basic(table, found[_BASIC]))
    raise ValueError(f"{path.name} has no character map that is known")


def _table(path: Path, tag: bytes) -> bytes:
    with path.open("rb") as file:
        _version, tables_n = struct.unpack(">IH", file.read(6))
        directory = file.read(6 + 16 * tables_n)
        for index in range(tables_n):
            name, _checksum, offset, length = struct.unpack_from(">4sIII", directory, 6 + 16 * index)
            if name == tag:
                file.seek(offset)
                return file.read(length)
    raise ValueError(f"{path.name} has no table {tag!r}")


def _full(table: bytes, offset: int) -> list[tuple[int, int]]:
    (groups_n,) = struct.unpack_from(">I", table, offset + 12)
    groups = struct.iter_unpack(">III", table[offset + 16 : offset + 16 + 12 * groups_n])
    return [(first, last) for first, last, _glyph in groups]


def _basic(table: bytes, offset: int) -> list[tuple[int, int]]:
    (twice_n,) = struct.unpack_from(">H", table, offset + 6)
    segments_n = twice_n // 2
    ends = struct.unpack_from(f">{segments_n}H", table, offset + 14)
    starts = struct.unpack_from(f">{segments_n}H", table, offset + 16 + twice_n)
    # The last segment only says where the list ends (U+FFFF).
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start != 0xFFFF]  # noqa: PLR2004


def _joined(ranges: list[tuple[int, int]]) -> Coverage:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return Coverage(tuple(first for first, _ in joined), tuple(last for _, last in joined))
