"""Text on which engines, encodings and indexes choke: our own, drawn at random, and a public list where it is."""

import json
from pathlib import Path

from hypothesis import strategies as st

LIST = Path(__file__).parents[1].parent / "shared" / "moderation" / "blns.json"

NASTY = (
    "",
    " ",
    "\x00",
    "van\x00s",
    "\x00" * 600,
    "\ud83d",  # half of an emoji
    "\udc00\ud800",
    "\udcff",  # how Python spells a byte that is no UTF-8
    "\x01\x08\x0b\x1f\x7f\x85\x9f",
    "\u2028\u202e\u200b\ufeff\ufffe\uffff",
    "\U0010ffff",
    "車" * 700,  # 2,100 bytes
    "🚗" * 1_000,
    "a" * 2_000,
    "ü" * 3_000,
    "x" * 100_000,
    "e" + "\u0301" * 5_000,
    "'; DROP TABLE feeds; --",
    "%s %(name)s {0} :name $1 ?",
    "\\",
    "\\x00 \\u0000 &#0; &#xD800; %00 %ED%A0%80",
    "\r\n.\r\n",
    "null",
    "NaN",
)


def samples() -> tuple[str, ...]:
    """Our own, and those of the list where it is."""
    return (*NASTY, *(json.loads(LIST.read_text(encoding="utf-8")) if LIST.is_file() else ()))


# Every code point, halves of surrogate pairs among them, which `st.text()` leaves out; NUL comes often.
any_text = st.text(st.one_of(st.characters(), st.sampled_from("\x00\ud800\udfff\x1b")), max_size=60)
nasty_text = st.one_of(any_text, st.sampled_from(NASTY))
