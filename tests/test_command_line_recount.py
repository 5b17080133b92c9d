import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from bot.__main__ import main
from bot.cli.recount import BYTES_MAX
from bot.cli.recount_text import BAR_CELLS, bar, unique_labels
from bot.domain.poll.poll import Option
from bot.domain.poll.record import record_of
from bot.domain.poll.rules import Method, PollKind, TieRule
from bot.render.poll_export import record_csv, record_json
from tests.check_messages import ROOT
from tests.domain.poll.recorded import ballots_of, final_poll
from tests.nasty import NASTY

TENNESSEE = """=Memph:[Memphis]
42:Memph>Nashville>Chattanooga>Knoxville
26:Nashville>Chattanooga>Knoxville>Memph
15:Chattanooga>Knoxville>Nashville>Memph
17:Knoxville>Chattanooga>Nashville>Memph
"""
SHEET = """weight,1st,2nd,3rd,4th
42,Memphis,Nashville,Chattanooga,Knoxville
26,Nashville,Chattanooga,Knoxville,Memphis
15,Chattanooga,Knoxville,Nashville,Memphis
17,Knoxville,Chattanooga,Nashville,Memphis
"""
SCORES = """weight,Memphis,Nashville,Chattanooga,Knoxville
42,5,2,1,0
26,0,5,3,2
15,0,2,5,3
17,0,1,3,5
"""
OURS = ("DISCORD_", "DATABASE_", "PADDOCK_")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to start in, without settings."""
    for key in [key for key in os.environ if key.startswith(OURS)]:
        monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def recount(capsys):
    """Run the command in this process; return its exit code and what it printed where."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["recount", *map(str, arguments)])
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def start(*arguments, **settings):
    """Run the command as people do, in a process of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | settings
    return subprocess.run(
        [sys.executable, "-m", "bot", "recount", *arguments],
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def written(folder, poll, ballots):
    """Write a poll's record into a file; return the record."""
    record = record_of(poll, ballots)
    (folder / "poll-7.json").write_text(record_json(record), encoding="utf-8")
    return record


@pytest.fixture
def ranked(folder):
    """A record of four ranked ballots, one of them set aside."""
    poll = final_poll(named=("Ran", "ランチア", "Cosmo"), kind=PollKind.RANKED, method=Method.SCHULZE)
    return written(folder, poll, ballots_of({1: 1, 2: 2}, {2: 1, 3: 2}, {2: 1}, {1: 1}, aside={4}))


def test_a_right_record_is_counted_again_and_the_receipt_found(ranked):
    mine = next(ballot for ballot in ranked.ballots if ballot.marks == ((2, 1), (3, 2)))
    done = start("poll-7.json", "--expect", ranked.digest, "--receipt", mine.receipt)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "✓ 4 ballots fit their receipts.",
        "! 1 of them was set aside by the moderators and does not count.",
        f"✓ They make the digest that you gave: {ranked.digest}",
        "✓ Counted again, the ballots make the result that the record states.",
        "✓ The ballot with your receipt says: 1. ランチア, 2. Cosmo",
    ]
    assert "ランチア won; no tie had to be broken." in lines
    assert "How many prefer the row to the column" in lines


def test_nothing_that_a_record_holds_moves_the_terminals_cursor(folder, recount):
    """Its labels and the seed of its lot are printed, and come from whoever wrote the file."""
    rules = {"tie_rule": TieRule.LOT, "labels": ("\x1b[2Jback", "\x9bover")}
    poll = final_poll(kind=PollKind.VERDICT, method=Method.WILSON, **rules)
    poll = replace(poll, seed="\x1b]0;title\x07")
    written(folder, poll, ballots_of({1: 1, 2: 1}, {1: 1, 2: 1}, {3: -1}))
    code, out, _ = recount("poll-7.json")
    assert code == 0
    assert "title" in out
    assert "back" in out
    assert not {"\x1b", "\x9b", "\x07"} & set(out)


def test_a_ballot_that_was_removed_makes_it_fail_loudly(ranked, folder):
    path = folder / "poll-7.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["ballots"][0]
    path.write_text(json.dumps(document), encoding="utf-8")
    done = start("poll-7.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("✗ This record is not right. A ballot was added or removed: ")
    assert ranked.digest in done.stderr


def test_without_the_posted_digest_it_says_what_that_leaves_open(ranked, recount):
    code, out, _ = recount("poll-7.json")
    assert code == 0
    assert f"! They make the digest {ranked.digest}. This proves something only if" in out


def test_another_digest_is_not_the_one_of_these_ballots(ranked, recount):
    code, out, err = recount("poll-7.json", "--expect", "ab" * 32)
    assert (code, out) == (1, "")
    assert err.startswith("✗ ")
    assert ranked.digest in err
    assert "ab" * 32 in err


def test_a_digest_may_be_pasted_as_discord_shows_it(ranked, recount):
    assert recount("poll-7.json", "--expect", f"`{ranked.digest.upper()}`")[0] == 0


def test_a_receipt_that_is_not_there_is_told_to_whoever_has_it(ranked, recount):
    code, _, err = recount("poll-7.json", "--expect", ranked.digest, "--receipt", "cd" * 32)
    assert code == 1
    assert "No ballot has the receipt cdcd" in err


@pytest.mark.usefixtures("ranked")
@pytest.mark.parametrize("flag", ["--expect", "--receipt"])
@pytest.mark.parametrize("given", ["", "abc", "g" * 64, "ab" * 33])
def test_what_is_no_digest_and_no_receipt_is_refused(recount, flag, given):
    code, out, err = recount("poll-7.json", flag, given)
    assert (code, out) == (1, "")
    assert "is no digest and no receipt" in err


def test_a_record_is_told_to_programs_too(ranked, recount):
    mine = ranked.ballots[0]
    code, out, err = recount("poll-7.json", "--receipt", mine.receipt, "--format", "json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["winners"] == ["ランチア"]
    assert (told["poll"], told["method"], told["tie_rule"], told["ballots"]) == (7, "schulze", "shared", 3)
    assert (told["set_aside"], told["digest"], told["is_expected"]) == (1, ranked.digest, False)
    assert told["ballot"]["receipt"] == mine.receipt
    assert told["pairwise"]["Ran"] == {"ランチア": 1, "Cosmo": 1}


@pytest.mark.parametrize(
    ("kind", "method", "said", "told"),
    [
        (PollKind.SINGLE, Method.PLURALITY, {2: 1}, "Tama"),
        (PollKind.MULTIPLE, Method.PLURALITY, {1: 1, 3: 1}, "Ran, Cosmo"),
        (PollKind.SCORE, Method.SUM, {1: 5, 2: 0}, "Ran: 5, Tama: 0"),
        (PollKind.SCORE, Method.STAR, {3: 4}, "Cosmo: 4"),
        (PollKind.VERDICT, Method.WILSON, {1: 1, 2: -1}, "Ran: so back, Tama: so over"),
    ],
)
def test_a_ballot_of_any_kind_is_told_in_words(recount, folder, kind, method, said, told):
    poll = final_poll(kind=kind, method=method, choices_max=3, labels=("so back", "so over"))
    record = written(folder, poll, ballots_of(said))
    code, out, _ = recount("poll-7.json", "--expect", record.digest, "--receipt", record.ballots[0].receipt)
    assert code == 0
    assert f"✓ The ballot with your receipt says: {told}" in out.splitlines()


def test_the_sentences_are_in_the_language_that_was_set(ranked, recount, monkeypatch):
    monkeypatch.setenv("PADDOCK_LANGUAGE", "ja")
    out = recount("poll-7.json", "--expect", ranked.digest)[1]
    assert out.startswith("✓ 4 票すべてがレシートと一致しました。")
    assert "行を列より上に置いた人数" in out


@pytest.mark.parametrize("content", [TENNESSEE, SHEET], ids=["ABIF", "CSV"])
@pytest.mark.parametrize("name", ["ballots", None])
@pytest.mark.parametrize(
    ("method", "winner"),
    [("plurality", "Memphis"), ("irv", "Knoxville"), ("schulze", "Nashville"), ("borda", "Nashville")],
)
def test_other_peoples_ballots_are_counted_whatever_the_file_is_called(recount, folder, content, name, method, winner):
    path = folder / (name or ("a.abif" if content is TENNESSEE else "a.csv"))
    path.write_text(content, encoding="utf-8")
    code, out, err = recount("--method", method, path, "--format", "json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["winners"] == [winner]
    assert (told["method"], told["tie_rule"], told["ballots"]) == (method, "shared", 100)
    assert (told.get("rounds") is not None, told.get("pairwise") is not None) == {
        "plurality": (False, False),
        "irv": (True, False),
        "schulze": (False, True),
        "borda": (False, True),
    }[method]
    code, out, _ = recount("--method", method, path)
    assert code == 0
    assert f"{winner} won; no tie had to be broken." in out.splitlines()


def test_the_sheet_of_a_polls_export_is_not_taken_for_ballots(recount, folder):
    poll = final_poll(kind=PollKind.RANKED, method=Method.SCHULZE)
    record = record_of(poll, ballots_of({1: 1, 2: 2}, {2: 1}))
    (folder / "poll-7.csv").write_text(record_csv(record), encoding="utf-8")
    for method in ("irv", "star"):
        code, out, err = recount("--method", method, "poll-7.csv")
        assert (code, out) == (1, "")
        assert "counted again from the JSON file beside it" in err


def test_scores_from_a_sheet_have_a_run_off(recount, folder):
    (folder / "scores.csv").write_text(SCORES, encoding="utf-8-sig")
    code, out, _ = recount("--method", "star", "scores.csv", "--format", "json")
    assert code == 0
    told = json.loads(out)
    assert told["winners"] == ["Nashville"]
    assert told["rounds"][0]["totals"] == {"Memphis": 210, "Nashville": 261, "Chattanooga": 246, "Knoxville": 182}
    assert told["rounds"][1]["totals"] == {"Nashville": 68, "Chattanooga": 32}
    assert "✗ 32" in recount("--method", "star", "scores.csv")[1]


def test_a_lot_is_drawn_from_the_seed_and_named(recount, folder):
    (folder / "tie.csv").write_text("Ran\nTama\n", encoding="utf-8")
    both = json.loads(recount("--method", "plurality", "tie.csv", "--format", "json")[1])
    assert (both["winners"], both["decided_by"], both["seed"]) == (["Ran", "Tama"], "shared", None)
    won = set()
    for seed in range(9):
        lot = ("--tie", "lot", "--seed", seed)
        code, out, _ = recount("--method", "plurality", "tie.csv", *lot, "--format", "json")
        assert code == 0
        told = json.loads(out)
        assert (told["decided_by"], told["tie_rule"], told["seed"]) == ("lot", "lot", str(seed))
        assert told == json.loads(recount("--method", "plurality", "tie.csv", *lot, "--format", "json")[1])
        won.update(told["winners"])
        assert f"Seed of the lot: {seed}" in recount("--method", "plurality", "tie.csv", *lot)[1]
    assert won == {"Ran", "Tama"}


def test_long_counts_are_cut_to_a_terminal_and_whole_for_programs(recount, folder):
    rows = "\n".join(f"{number},Car {number}" for number in range(1, 15))
    (folder / "many.csv").write_text(f"weight,1st\n{rows}\n", encoding="utf-8")
    out = recount("--method", "irv", "many.csv")[1]
    assert "earlier rounds are not shown: --format json" in out
    assert len(json.loads(recount("--method", "irv", "many.csv", "--format", "json")[1])["rounds"]) > 8
    assert "How each of the 14 stands against each: --format json" in recount("--method", "schulze", "many.csv")[1]


def test_no_figure_is_cut_on_a_narrow_terminal(recount, folder, monkeypatch):
    rows = "\n".join(f"{number * 1_001},とても長い名前のコンセプトカー {number}" for number in range(1, 10))
    (folder / "long.csv").write_text(f"weight,1st\n{rows}\n", encoding="utf-8")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "50")
    for method in ("irv", "schulze"):
        out = recount("--method", method, "long.csv")[1]
        assert "…" not in out
        assert "json" in out
    monkeypatch.setenv("COLUMNS", "120")
    out = recount("--method", "schulze", "long.csv")[1]
    assert "9,009" in out
    assert "…" not in out
    assert "json" not in out


@pytest.mark.parametrize(
    ("arguments", "content", "reason"),
    [
        ([], TENNESSEE, "say how: --method irv, schulze, borda, star or plurality"),
        (["--method", "irv"], '{"format": "paddock-poll/1"}', "Leave out --method"),
        (["--method", "irv"], "1:A>B\n1:A>>B\n", "Line 2, column 5"),
        (["--method", "star"], TENNESSEE, "Line 2: STAR counts scores"),
        (["--method", "irv"], SCORES, "irv counts who stands before whom"),
        (["--method", "irv"], "", "There is no ballot in the file."),
        ([], "{}", "This is JSON, but no record of a poll"),
        ([], '{"format": ', "Line 1, column 12: this is no JSON"),
    ],
)
def test_what_cannot_be_counted_is_one_sentence_with_the_name_of_the_file(recount, folder, arguments, content, reason):
    (folder / "given").write_text(content, encoding="utf-8")
    code, out, err = recount(*arguments, "given")
    assert (code, out) == (1, "")
    assert err.startswith("given: ")
    assert reason in err
    assert len(err.splitlines()) == 1


def test_a_file_that_is_not_there_or_no_text_is_one_sentence(recount, folder, monkeypatch):
    (folder / "folder").mkdir()
    (folder / "latin").write_bytes("Château,Chèvre\n".encode("latin-1"))
    for name in ("gone", "folder", "latin"):
        for arguments in ([], ["--method", "irv"]):
            code, out, err = recount(*arguments, name)
            assert (code, out) == (1, "")
            assert err.startswith(f"{name}: ")
    assert "CSV UTF-8" in err
    monkeypatch.setattr("bot.cli.recount.BYTES_MAX", 8)
    assert BYTES_MAX > 100_000_000
    code, _, err = recount("latin")
    assert code == 1
    assert "The file has more than" in err


@pytest.mark.parametrize(
    "arguments",
    [
        *[["--tie", "lot"], ["--seed", "x"], ["--method", "irv", "--tie", "lot"], ["--method", "irv", "--seed", "x"]],
        *[["--method", "irv", "--expect", "ab" * 32], ["--method", "irv", "--receipt", "x"], ["--method", "best"]],
        *[["--method", "irv", "--tie", "shared", "--seed", "x"], ["--format", "html"]],
    ],
)
def test_flags_that_do_not_go_together_are_wrong_use(recount, folder, arguments):
    (folder / "given").write_text(TENNESSEE, encoding="utf-8")
    assert recount(*arguments, "given")[0] == 2


def test_names_that_are_made_to_hurt_are_printed_as_plain_text(recount, folder):
    nasty = ["[red]x[/red]", "\x1b[2Jgone", "a\u202eb", ":car:", *NASTY]
    options = tuple(Option(number, label[:80]) for number, label in enumerate(nasty, 1))
    options = tuple(option for option in options if not any("\ud800" <= one <= "\udfff" for one in option.label))
    poll = final_poll(options=options, kind=PollKind.RANKED, method=Method.IRV)
    record = written(folder, poll, ballots_of({option.number: 1 for option in options[:1]}, {2: 1}, {3: 1}))
    code, out, _ = recount("poll-7.json", "--receipt", record.ballots[0].receipt)
    assert code == 0
    assert not {"\x1b", "\u202e", "\x00", "\x08"} & set(out)
    assert "[red]x[/red]" in out
    assert ":car:" in out


def test_options_of_one_name_are_told_apart():
    poll = final_poll(named=("Ran", "Ran ", "Tama"))
    assert unique_labels(poll) == {1: "Ran (#1)", 2: "Ran (#2)", 3: "Tama"}


def test_a_bar_is_as_long_as_its_share_and_never_nothing_for_something():
    assert bar(0) == ""
    assert bar(0.0001) == "▏"
    assert bar(1) == "█" * BAR_CELLS
    assert bar(0.5) == "█" * (BAR_CELLS // 2)
    assert len(bar(0.99)) == BAR_CELLS
