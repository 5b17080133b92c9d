"""A record that was packed for Discord is counted as it came; an archive that holds none is said to hold none."""

import zipfile

import pytest

from bot.cli.recount import print_count, print_recount
from bot.domain.poll.record import record_of
from bot.domain.poll.rules import Method, PollKind, TieRule
from bot.render.poll_export import record_json
from bot.settings import Settings
from tests.domain.poll.recorded import ballots_of, final_poll


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(PADDOCK_LANGUAGE="en")


@pytest.fixture
def ranked():
    """A record of three ranked ballots."""
    poll = final_poll(named=("Ran", "ランチア", "Cosmo"), kind=PollKind.RANKED, method=Method.SCHULZE)
    return record_of(poll, ballots_of({1: 1, 2: 2}, {2: 1, 3: 2}, {2: 1}))


@pytest.fixture
def pack(tmp_path):
    """Pack files, and return where the archive stands."""

    def packed(files):
        with zipfile.ZipFile(tmp_path / "poll-7.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return tmp_path / "poll-7.zip"

    return packed


@pytest.fixture
def recount(settings, capsys):
    """Count a file again; return the exit code and what was printed where."""

    def run(file, *, expect=None):
        code = print_recount(settings, file, expect=expect, receipt=None, output="text")
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_record_is_read_as_it_was_packed(ranked, pack, recount, settings, capsys):
    packed = pack({"poll-7.csv": "nonce,receipt", "poll-7.json": record_json(ranked)})

    code, out, err = recount(packed, expect=ranked.digest)

    assert (code, err) == (0, "")
    assert f"✓ They make the digest that you gave: {ranked.digest}" in out
    assert "ランチア won" in out
    code = print_count(settings, packed, Method.SCHULZE, tie_rule=TieRule.SHARED, seed="", output="text")
    assert code == 1
    assert "record" in capsys.readouterr().err


@pytest.mark.parametrize(
    "files", [{}, {"poll-7.csv": "a"}, {"poll-7.json": "{}", "poll-8.json": "{}"}], ids=["empty", "none", "two"]
)
def test_an_archive_without_one_record_is_said_to_be_none(pack, recount, files):
    code, out, err = recount(pack({"README": "x", **files}))
    assert (code, out) == (1, "")
    assert "The archive is damaged, or does not hold exactly one record" in err


def test_a_damaged_archive_is_said_to_be_one(ranked, pack, recount):
    packed = pack({"poll-7.json": record_json(ranked)})
    whole = packed.read_bytes()
    for damaged in (whole[:200], whole[:60] + b"\0\0\0\0" + whole[64:]):
        packed.write_bytes(damaged)
        code, out, err = recount(packed)
        assert (code, out) == (1, "")
        assert "The archive is damaged" in err


def test_an_archive_that_unpacks_without_end_is_too_large(pack, recount, monkeypatch):
    monkeypatch.setattr("bot.cli.recount.BYTES_MAX", 10_000)
    code, _, err = recount(pack({"poll-7.json": "{" + " " * 1_000_000}))
    assert code == 1
    assert "more than any record of a poll" in err
