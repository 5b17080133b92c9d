"""``paddock recount``: a poll's record counted again, or other people's ballots counted."""

import io
import json
import re
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from bot.cli.recount_text import print_result, print_verified, tie_sentence, unique_labels
from bot.domain.errors import PaddockError
from bot.domain.poll.abif import read_abif
from bot.domain.poll.ballot import canonical
from bot.domain.poll.ballot_sheet import read_sheet
from bot.domain.poll.election import Election
from bot.domain.poll.poll import Poll
from bot.domain.poll.record import Record, Recount, RecountError, result_of, verify
from bot.domain.poll.record_file import KIND, read_record
from bot.domain.poll.rules import Method, TieRule
from bot.domain.poll.tally import Tally
from bot.domain.poll.tally_json import Json, tally_to_json
from bot.domain.wording import clean
from bot.feeds.files import FileTooLargeError, read_file
from bot.render import poll_words
from bot.settings import MEBIBYTE, Settings
from bot.text import error_text, text

Output = Literal["text", "json"]

BYTES_MAX = 128 * MEBIBYTE  # about 800,000 ballots of a record
ILL = "✗"
EXIT_FAILED = 1

_HASH = re.compile("[0-9a-f]{64}")
# How ABIF begins, if not with a comment: metadata, a candidate, its own name, a count.
BALLOT_SUFFIXES = frozenset({".abif", ".csv", ".tsv"})
_ABIF = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:\{|=|ABIF\b|[0-9]+\s*:)")
# How the head of `bot.render.poll_export.record_csv` ends. Its cells would be taken for names.
_EXPORT_SHEET = re.compile(r"[^\r\n]*[,;\t]nonce[,;\t]receipt[,;\t]set_aside\s*(?:[\r\n]|$)")
_ARCHIVE = b"PK\x03\x04"  # PKWARE APPNOTE, 4.3.7: how a zip begins
_HEAD_CHARS = 200  # in which the format of a record stands


class LargeError(PaddockError):
    """The file is larger than what is read. Params: limit (MiB)."""

    message_id = "cli.recount.large"


class ArchiveError(PaddockError):
    """The archive is damaged, or does not hold one record."""

    message_id = "cli.recount.archive"


class NotUtf8Error(PaddockError):
    """The file is text of another encoding, or no text."""

    message_id = "cli.recount.not_utf8"


class MethodMissingError(PaddockError):
    """The file holds other people's ballots, and no method was named."""

    message_id = "cli.recount.method_missing"


class MethodGivenError(PaddockError):
    """The file is a record, which says itself how it is counted."""

    message_id = "cli.recount.method_given"


class ExportSheetError(PaddockError):
    """The file is a poll's export for spreadsheets, a column an option, which is no list of ballots."""

    message_id = "cli.recount.export_sheet"


class HashError(PaddockError):
    """A digest or a receipt that is none. Params: given."""

    message_id = "cli.recount.no_hash"


def print_recount(settings: Settings, file: Path, *, expect: str | None, receipt: str | None, output: Output) -> int:
    """Count a poll's record again and print whether it is right.

    Args:
        settings: for the language.
        file: the record, as the bot exported it: JSON, or a zip with it.
        expect: the digest that was posted.
        receipt: of the ballot to be found.
        output: how it is printed. JSON is printed only for a record that is right.

    Returns:
        The exit code: 1 if something is wrong or cannot be read; what it is stands on standard error then.
    """
    try:
        recount = verify(_record(file), expect=_hash(expect), receipt=_hash(receipt))
    except RecountError as error:
        _complain(ILL, text("cli.recount.wrong", settings.language), error_text(error, settings.language))
        return EXIT_FAILED
    except PaddockError as error:
        return _unread(settings, file, error)
    if output == "json":
        print(json.dumps(recount_to_json(recount), ensure_ascii=False, indent=2))
    else:
        print_verified(recount, settings.language)
        poll = recount.record.poll
        how = poll_words.method_sentence(poll.rules, settings.language, seed=poll.seed)
        print_result(poll, recount.tally, settings.language, how=how)
    return 0


def print_count(settings: Settings, file: Path, method: Method, *, tie_rule: TieRule, seed: str, output: Output) -> int:
    """Count other people's ballots and print the result.

    Args:
        settings: for the language.
        file: ABIF or CSV.
        method: one of `bot.domain.poll.election.METHODS`.
        tie_rule: what is done about those that are level.
        seed: of the lot.
        output: how it is printed.

    Returns:
        The exit code: 1 if the ballots cannot be read or counted; why stands on standard error then.
    """
    try:
        election = _election(file)
        counted = election.count(method, tie_rule=tie_rule, seed=seed)
    except PaddockError as error:
        return _unread(settings, file, error)
    poll = election.poll(method, title=file.name, tie_rule=tie_rule, seed=seed)
    if output == "json":
        print(json.dumps(result_to_json(poll, counted), ensure_ascii=False, indent=2))
    else:
        print_result(poll, counted, settings.language, how=tie_sentence(poll, settings.language))
    return 0


def result_to_json(poll: Poll, counted: Tally) -> dict[str, Json]:
    """Return a result by the options' names; see `bot.domain.poll.tally_json.tally_to_json`."""
    labels = unique_labels(poll)
    document = tally_to_json(counted, labels.__getitem__)
    is_lot = poll.rules.tie_rule is TieRule.LOT
    return {
        "winners": document.pop("winners"),
        "method": document.pop("method"),
        "tie_rule": poll.rules.tie_rule.value,
        "seed": poll.seed if is_lot else None,
        **document,
    }


def recount_to_json(recount: Recount) -> dict[str, Json]:
    """Return a record that was found right: its result by names, its digest, and the ballot that was asked for."""
    record, found = recount.record, recount.found
    result = result_of(record.poll, record.ballots, recount.tally)
    ballot: Json = None
    if found is not None:
        ballot = {"receipt": found.receipt, "marks": canonical(found.marks), "set_aside": found.is_set_aside}
    return {
        "poll": record.poll.id,
        "question": record.poll.question,
        **result_to_json(record.poll, recount.tally),
        "set_aside": result["set_aside"],
        "is_quorum_met": result["is_quorum_met"],
        "digest": record.digest,
        "is_expected": recount.is_expected,
        "ballot": ballot,
    }


def _election(file: Path) -> Election:
    content = _content(file)
    if KIND in content[:_HEAD_CHARS]:
        raise MethodGivenError
    if _EXPORT_SHEET.match(content):
        raise ExportSheetError
    suffix = file.suffix.lower()
    is_abif = suffix == ".abif" or (suffix not in BALLOT_SUFFIXES and _ABIF.match(content) is not None)
    return read_abif(content) if is_abif else read_sheet(content)


def _record(file: Path) -> Record:
    content = _content(file)
    if file.suffix.lower() in BALLOT_SUFFIXES or not content.lstrip("\ufeff \t\r\n").startswith("{"):
        raise MethodMissingError
    return read_record(content)


def _content(file: Path) -> str:
    try:
        body = read_file(file, BYTES_MAX)
    except FileTooLargeError:
        raise LargeError(limit=BYTES_MAX // MEBIBYTE) from None
    if body.startswith(_ARCHIVE):
        body = _unpacked(body)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUtf8Error from None


def _unpacked(archive: bytes) -> bytes:
    """Return the record out of an archive, as /poll export packs one that is too large for Discord."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            (name,) = [name for name in packed.namelist() if name.lower().endswith(".json")]
            with packed.open(name) as file:
                body = file.read(BYTES_MAX + 1)  # whatever size the archive states
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        # Damaged, none or several records, locked with a password, packed in a way that nobody here unpacks.
        raise ArchiveError from None
    if len(body) > BYTES_MAX:
        raise LargeError(limit=BYTES_MAX // MEBIBYTE)
    return body


def _hash(given: str | None) -> str | None:
    """Return a digest or a receipt as it is compared; from Discord it may come in capitals or code marks."""
    if given is None:
        return None
    found = given.strip(" `").lower()
    if _HASH.fullmatch(found) is None:
        raise HashError(given=given)
    return found


def _unread(settings: Settings, file: Path, error: PaddockError) -> int:
    reason = error_text(error, settings.language)
    _complain(text("cli.recount.unread", settings.language, name=file, reason=reason))
    return EXIT_FAILED


def _complain(*parts: str) -> None:
    # A name in a file may hold anything, what moves a terminal's cursor too.
    print(clean(" ".join(parts)), file=sys.stderr)
