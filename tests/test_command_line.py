import http.server
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.__main__ import main
from bot.cli.arguments import repeat_flags
from bot.cli.settings_text import env_example
from tests.check_messages import ROOT

SHARED_FEEDS = sorted((ROOT.parent / "shared/feeds").glob("*"))
COMMANDS = ["run", "demo", "doctor", "roundup", "recount", "migrate", "backup", "restore", "settings"]
OURS = ("DISCORD_", "DATABASE_", "PADDOCK_")


def feed(*entries):
    """Return an RSS feed; an entry is a title and a day of November 2026."""
    items = "".join(
        f"<item><title>{title}</title><link>https://pit.example/{number}</link>"
        f"<description>{title}, says the paper, in a sentence that is long enough.</description>"
        f"<pubDate>{format_datetime(datetime(2026, 11, day, 9, tzinfo=UTC))}</pubDate></item>"
        for number, (title, day) in enumerate(entries)
    )
    return f'<rss version="2.0"><channel><title>Pit News</title><link>https://pit.example</link>{items}</channel></rss>'


ONE = feed(("Harbour bridge closes for the winter rally", 20))
OTHER = feed(("Turbine cars return to the museum lawn", 12))
COLUMN = """Tram drivers win the city's kart race

The drivers of line nine took the first three places on Sunday, in karts that they had built themselves.

Nobody had expected it, the organisers said, and the depot was lit until midnight.
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to start in, without settings."""
    for key in [key for key in os.environ if key.startswith(OURS)]:
        monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def paddock(capsys):
    """Run a command in this process; return its exit code and what it printed where."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def start(*arguments, **settings):
    """Run a command as people do, in a process of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    env |= {"PYTHONPATH": str(ROOT)} | settings
    return subprocess.run(
        [sys.executable, *arguments], env=env, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def pit(folder):
    """Two feeds and an article in files."""
    (folder / "one feed.xml").write_text(ONE, encoding="utf-8")
    (folder / "other.xml").write_text(OTHER, encoding="utf-8")
    (folder / "column.txt").write_text(COLUMN, encoding="utf-8")
    return folder


def test_run_without_a_token_says_in_three_lines_what_to_do(folder):
    done = start("-m", "bot", "run")
    assert done.returncode == 78
    assert done.stdout == ""
    what, source, place = done.stderr.splitlines()
    assert "DISCORD_TOKEN is missing" in what
    assert "https://discord.com/developers/applications" in source
    assert str(folder / ".env") in place


def test_every_wrong_setting_is_named_and_no_token_is_printed(folder):
    secret = "MTAwMQ.Gx3f.not-a-real-one"  # noqa: S105  # shaped like one
    (folder / ".env").write_text(f"DISCORD_TOKN={secret}\nPADDOCK_LANGUAGE=xx\n", encoding="utf-8")
    done = start("-m", "bot", "run", PADDOCK_TIMEZOEN="UTC", DATABASE_URL=f"mysql://{secret}@db/news")
    assert done.returncode == 78
    assert done.stdout == ""
    assert "PADDOCK_TIMEZOEN: did you mean PADDOCK_TIMEZONE?" in done.stderr
    assert "DISCORD_TOKN: did you mean DISCORD_TOKEN?" in done.stderr
    assert f"PADDOCK_LANGUAGE: “xx”, given in {folder / '.env'}, is not accepted. Put there en or ja." in done.stderr
    assert "DATABASE_URL: " in done.stderr
    assert secret not in done.stderr
    assert "Traceback" not in done.stderr


def test_help_loads_nothing_that_it_does_not_need():
    code = (
        "import sys\nfrom bot.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print('LOADED', *sys.modules)"
    )
    loaded = start("-c", code).stdout.partition("LOADED")[2].split()
    assert "typer" in loaded
    assert not {"discord", "sqlalchemy", "pydantic", "babel", "aiohttp", "feedparser"} & set(loaded)


def test_help_names_every_command_and_how_to_begin(paddock):
    code, out, _ = paddock("--help")
    assert code == 0
    for word in [*COMMANDS, "DISCORD_TOKEN", "paddock demo"]:
        assert word in out


@pytest.mark.parametrize("command", ["demo", "roundup", "recount", "backup", "restore", "settings"])
def test_the_help_of_a_command_with_options_shows_examples(paddock, command):
    code, out, _ = paddock(command, "--help")
    assert code == 0
    assert f"• paddock {command}" in out


@pytest.mark.parametrize("arguments", [["race"], ["roundup"], ["roundup", "--feed"], ["roundup", "--date", "today"]])
def test_wrong_use_exits_with_2(paddock, arguments):
    code, out, err = paddock(*arguments)
    assert code == 2
    assert out == ""
    assert "Error" in err


def test_settings_prints_the_example_and_what_is_in_force(paddock, monkeypatch):
    assert paddock("settings", "--env-example") == (0, env_example(), "")
    monkeypatch.setenv("PADDOCK_TIMEZONE", "Asia/Tokyo")
    code, out, _ = paddock("settings")
    assert code == 0
    assert "PADDOCK_TIMEZONE=Asia/Tokyo" in out.splitlines()


def test_migrate_makes_the_tables_and_may_be_repeated(paddock, monkeypatch, folder):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder}/news.db")
    assert paddock("migrate")[:2] == (0, "The database was empty and now has its tables.\n")
    code, out, _ = paddock("migrate")
    assert code == 0
    assert "The database has the newest tables." in out


def test_flags_that_take_several_values_are_repeated():
    given_words = ["roundup", "--feed", "a", "b", "--article=c", "d", "--format", "json", "--feed", "e"]
    assert repeat_flags(given_words, ["--feed", "--article"]) == [
        *["roundup", "--feed", "a", "--feed", "b", "--article=c", "--article", "d"],
        *["--format", "json", "--feed", "e"],
    ]


@given(st.lists(st.lists(st.from_regex(r"[a-z]{1,3}", fullmatch=True), min_size=1, max_size=3), max_size=4))
def test_values_are_the_same_however_they_are_grouped(groups):
    together = [word for group in groups for word in ("--feed", *group)]
    one_by_one = [word for group in groups for value in group for word in ("--feed", value)]
    assert repeat_flags(together, ["--feed"]) == repeat_flags(one_by_one, ["--feed"]) == one_by_one


@pytest.mark.usefixtures("pit")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--feed", "one feed.xml", "other.xml", "--article", "column.txt"],
        ["--feed", "one feed.xml", "--article", "column.txt", "--feed", "other.xml"],
    ],
)
def test_a_roundup_is_made_of_all_feeds_and_articles(paddock, arguments):
    code, out, err = paddock("roundup", *arguments, "--format", "json")
    assert (code, err) == (0, "")
    edition = json.loads(out)
    assert edition.keys() == {"title", "date", "lead", "sections", "big_question", "stories"}
    assert edition["date"] in edition["title"]
    told = {url for story in edition["stories"] for url in story}
    assert told == {"https://pit.example/0", (Path.cwd() / "column.txt").as_uri()}


@pytest.mark.usefixtures("pit")
@pytest.mark.parametrize(("output", "sign"), [("text", "Harbour bridge"), ("html", "<html")])
def test_a_roundup_is_printed_for_people_too(paddock, output, sign):
    code, out, _ = paddock("roundup", "--feed", "one feed.xml", "--format", output)
    assert code == 0
    assert sign in out


@pytest.mark.usefixtures("pit")
def test_a_roundup_speaks_the_language_that_was_set(paddock, monkeypatch):
    monkeypatch.setenv("PADDOCK_LANGUAGE", "ja")
    assert "ニュースまとめ" in paddock("roundup", "--feed", "other.xml", "--date", "2026-11-12")[1]


@pytest.mark.usefixtures("pit")
@pytest.mark.parametrize(("day", "found"), [("2026-11-20", True), ("2026-11-21", True), ("2026-11-22", False)])
def test_with_a_date_only_that_day_and_the_day_before_count(paddock, day, found):
    code, out, err = paddock("roundup", "--feed", "one feed.xml", "--date", day, "--format", "json")
    if found:
        assert code == 0
        assert json.loads(out)["date"] == day
    else:
        assert (code, out) == (1, "")
        assert err == "None of the feeds has an entry of that day or the day before.\n"


@pytest.mark.usefixtures("pit")
def test_days_are_those_of_the_time_zone(paddock, monkeypatch):
    monkeypatch.setenv("PADDOCK_TIMEZONE", "Pacific/Kiritimati")  # 14 hours ahead: 9:00 is 23:00
    assert paddock("roundup", "--feed", "one feed.xml", "--date", "2026-11-19")[0] == 1
    monkeypatch.setenv("PADDOCK_TIMEZONE", "Pacific/Pago_Pago")  # 11 hours behind: 22:00 the day before
    assert paddock("roundup", "--feed", "one feed.xml", "--date", "2026-11-19")[0] == 0


@pytest.mark.usefixtures("pit")
def test_an_article_given_by_name_counts_whatever_the_date(paddock):
    code, out, _ = paddock("roundup", "--article", "column.txt", "--date", "2001-01-01", "--format", "json")
    assert code == 0
    assert json.loads(out)["lead"]["headline"] == "Tram drivers win the city's kart race"


@pytest.mark.usefixtures("pit")
def test_what_cannot_be_read_is_named_and_the_rest_is_told(paddock):
    code, out, err = paddock("roundup", "--feed", "gone.xml", "column.txt", "one feed.xml", "--format", "json")
    assert code == 1
    assert len(json.loads(out)["stories"]) == 1
    gone, no_feed = err.splitlines()
    assert gone == "gone.xml: There is no such file."
    assert no_feed.startswith("column.txt: ")


def test_each_file_that_gives_no_article_has_one_line_and_nothing_is_printed(paddock, folder):
    (folder / "empty").touch()
    (folder / "folder").mkdir()
    (folder / "none.xml").write_text(feed(), encoding="utf-8")
    (folder / "bytes").write_bytes(bytes(range(256)))
    names = ["empty", "folder", "none.xml", "bytes", "no\nfile", "x" * 5000]
    code, out, err = paddock("roundup", "--feed", *names)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == len(names)
    for name, line in zip(names, err.splitlines(), strict=True):
        assert line.startswith(name.replace("\n", " ")[:20])


def test_a_file_that_is_too_large_is_not_read(paddock, folder, monkeypatch):
    monkeypatch.setenv("PADDOCK_FETCH_BYTES_MAX", "65536")
    (folder / "large.xml").write_text(ONE + " " * 65536, encoding="utf-8")
    code, _, err = paddock("roundup", "--feed", "large.xml")
    assert (code, err) == (1, "large.xml: The file has more than 65536 bytes (PADDOCK_FETCH_BYTES_MAX).\n")


@pytest.fixture
def served(pit):
    """The address of a web server on this machine that serves the files, and /away, which leads elsewhere here."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path != "/away":
                return super().do_GET()
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/other.xml")
            return self.end_headers()

        def log_message(self, *arguments):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_feed_on_this_machine_may_be_named_and_is_no_way_to_others(paddock, served):
    code, out, _ = paddock("roundup", "--feed", f"{served}/other.xml", "--format", "json")
    assert code == 0
    assert json.loads(out)["stories"] == [["https://pit.example/0"]]
    code, out, err = paddock("roundup", "--feed", f"{served}/away")
    assert (code, out) == (1, "")
    assert err.startswith(f"{served}/away: ")


@pytest.mark.skipif(not SHARED_FEEDS, reason="the feeds of others are not here")
@pytest.mark.parametrize("path", SHARED_FEEDS, ids=lambda path: path.name)
def test_a_real_feed_gives_its_articles_or_one_line(paddock, path):
    code, out, err = paddock("roundup", "--feed", path, "--format", "json")
    if code == 0:
        assert json.loads(out)["stories"]
        assert err == ""
    else:
        assert out == ""
        assert err.startswith(f"{path}: ")
        assert len(err.splitlines()) == 1
