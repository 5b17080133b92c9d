"""A poll's record as files: JSON, which `paddock recount` counts again, and CSV for spreadsheets.

Neither holds anything beside which a member stands.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from bot.domain.poll.bracket import OPENING, Bracket
from bot.domain.poll.poll import Poll
from bot.domain.poll.record import Record, ballot_to_json, record_to_json
from bot.domain.poll.rules import PollKind, Seeding
from bot.domain.wording import storable

# Excel takes a CSV without this mark for the code page of its machine, which in Japan makes rubbish of every name.
BYTE_ORDER_MARK = "\ufeff"
# OWASP, "CSV Injection": what a spreadsheet may take for a formula; some also take the full-width forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXT_FOLLOWS = "'"
NO_BALLOTS = "[]\n}"  # how the indented record ends before its ballots are in it

# What stands in a column for a ballot.
Cell: TypeAlias = Callable[[Mapping[int, int]], str]


def record_json(record: Record) -> str:
    """Return the record as JSON, each ballot on a line of its own, so that a changed one is a changed line."""
    document = record_to_json(record)
    document["ballots"] = []
    head = json.dumps(document, ensure_ascii=False, indent=2)
    if not record.ballots:
        return f"{head}\n"
    lines = ",\n".join(f"    {json.dumps(ballot_to_json(ballot))}" for ballot in record.ballots)
    return head.removesuffix(NO_BALLOTS) + f"[\n{lines}\n  ]\n}}\n"


def record_csv(record: Record) -> str:
    """Return the ballots as CSV (RFC 4180), with a byte order mark in front; encode it as UTF-8.

    A row is a ballot, a column an option with the ballot's value for it: 1 for what was chosen, the place, the score,
    the verdict's own word. A bracket has a column for each match, with the name of who was voted for, and before these
    one for each entry (headed ``0: …``) if an opening vote set the field. Last stand ``nonce``, ``receipt`` and
    ``set_aside`` (0 or 1). A cell that a spreadsheet might take for a formula begins with an apostrophe.
    """
    columns = list(_columns(record.poll))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([safe_cell(head) for head, _ in columns] + ["nonce", "receipt", "set_aside"])
    for ballot in record.ballots:
        values = dict(ballot.marks)
        cells = [safe_cell(cell(values)) for _, cell in columns]
        writer.writerow([*cells, ballot.nonce, ballot.receipt, int(ballot.is_set_aside)])
    return BYTE_ORDER_MARK + written.getvalue()


def safe_cell(content: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    shown = storable(content)
    # A space in front hides nothing from a spreadsheet that trims.
    return TEXT_FOLLOWS + shown if shown.lstrip(" \u3000\u00a0").startswith(FORMULA_STARTS) else shown


def _columns(poll: Poll) -> Iterator[tuple[str, Cell]]:
    labels = {option.number: option.label for option in poll.options}
    if poll.rules.kind is not PollKind.BRACKET:
        for number, label in labels.items():
            yield label, partial(_value, poll.rules.labels, number)
        return
    bracket = poll.bracket or Bracket()
    if poll.rules.seeding is Seeding.VOTE:
        for number, label in labels.items():
            yield f"0: {label}", partial(_value, None, OPENING + number)
    for match in (match for played in bracket.rounds for match in played.matches):
        if match.second is not None:
            yield (
                f"{match.number}: {labels[match.first]} / {labels[match.second]}",
                partial(_voted, labels, match.number),
            )


def _value(verdicts: tuple[str, str] | None, number: int, values: Mapping[int, int]) -> str:
    value = values.get(number)
    if value is None:
        return ""
    if verdicts is None:
        return str(value)
    return verdicts[0] if value > 0 else verdicts[1]


def _voted(labels: Mapping[int, str], match: int, values: Mapping[int, int]) -> str:
    option = values.get(match)
    return "" if option is None else labels.get(option, str(option))
