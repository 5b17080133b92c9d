import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bot.demo import run
from bot.demo.day import Scene, SceneError
from bot.settings import Settings
from bot.text import LANGUAGES, text
from tests.demo.feeds import NEWEST_DAY, VALLEY, VILLAGE

ROOT = Path(__file__).parents[2]
PROCESS_S = 90  # bounds a hang; a day takes some seconds on a quiet machine
SCENES = 18


def environment(folder: Path, **settings: str) -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("PADDOCK_", "DISCORD_", "DATABASE_"))
    }
    return {**kept, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), **settings}


def demo(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", *arguments],
        cwd=folder, env=environment(folder, **settings), capture_output=True, text=True, timeout=PROCESS_S, check=False,
    )  # fmt: skip


def one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and text.rstrip().endswith((".", "。"))


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith("paddock-demo-")]


def in_order(told: str, *parts: str) -> bool:
    at = 0
    for part in parts:
        at = told.find(part, at) + 1
        if not at:
            return False
    return True


def test_a_day_plays_by_itself_and_says_what_happened(tmp_path):
    played = demo(tmp_path, "--once")
    assert (played.returncode, played.stderr) == (0, "")
    assert in_order(
        played.stdout,
        "> Renée in #general: /help",
        "> Morgan in #general: /setup",
        "Europe/Berlim",
        "> Aiko 愛子 in #general: /source add",
        "> Morgan in #general: /roundup settings",
        "#editors 07:30 Paddock:",
        "Not approved yet",
        "> Aiko 愛子 presses [Edit]",
        "> Aiko 愛子 presses [Approve]",
        "#morning-roundup 08:30 Paddock:",
        "Edited by @Aiko 愛子",
        "> Renée presses [Notify me]",
        "> Зоя chooses Nissan",
        "Зоя: Forwards.",
        "> Зоя presses [Suggest a story]",
        "#editors 08:30 Paddock: 📬",
        "> Aiko 愛子 presses [Use it]",
        "Corrected 08:30",
        "> Morgan in #general: /pause",
        "#editors 07:30 Paddock: ⚠️",
        "> Łukasz presses [Post it now]",
        "#morning-roundup 07:30 Paddock:",
        "Yesterday you said",
        "#editors 07:30 Paddock:",
        "#morning-roundup 08:30 Paddock:",
        "> Łukasz in #general: /roundup history",
        "> Morgan in #general: /doctor",
    )
    assert f"{SCENES} scenes" in played.stdout.splitlines()[-1]
    assert left_behind(tmp_path) == []


def test_the_day_of_feeds_that_were_brought_is_that_of_their_newest_article(tmp_path):
    (tmp_path / "village.xml").write_text(VILLAGE, encoding="utf-8")
    (tmp_path / "valley.xml").write_text(VALLEY, encoding="utf-8")
    played = demo(tmp_path, "--once", "--feed", "village.xml", "valley.xml")
    assert (played.returncode, played.stderr) == (0, "")
    assert in_order(
        played.stdout, f"({NEWEST_DAY}, 07:25)", "footbridge", "#editors 07:30", "#morning-roundup 08:30", "ducklings"
    )
    assert f"{SCENES} scenes" in played.stdout.splitlines()[-1]


@pytest.mark.soak
def test_the_day_plays_with_a_single_feed_wherever_the_operator_lives(tmp_path):
    (tmp_path / "village.xml").write_text(VILLAGE, encoding="utf-8")
    settings = {"PADDOCK_LANGUAGE": "ja", "PADDOCK_TIMEZONE": "Asia/Tokyo"}
    played = demo(tmp_path, "--once", "--feed", "village.xml", **settings)
    assert (played.returncode, played.stderr) == (0, "")


@pytest.mark.parametrize("name", ["letter.txt", pytest.param("nowhere.xml", marks=pytest.mark.soak)])
def test_a_feed_that_cannot_be_read_is_named_in_one_sentence(tmp_path, name):
    (tmp_path / "letter.txt").write_text("Dear all, this is not a feed.", encoding="utf-8")
    played = demo(tmp_path, "--once", "--feed", name)
    assert (played.returncode, played.stdout) == (1, "")
    assert played.stderr.startswith(f"{name}: ")
    assert one_sentence(played.stderr)


def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        opened = demo(tmp_path, "--no-browser", "--port", str(port))
    assert (opened.returncode, opened.stdout) == (1, "")
    assert str(port) in opened.stderr
    assert opened.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.soak)])
async def test_an_open_demo_ends_quietly_when_it_is_told_to(tmp_path, number):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser",
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PROCESS_S):
            assert process.stdout is not None
            line = (await process.stdout.readline()).decode()
            assert re.search(r"http://127\.0\.0\.1:\d+/", line)
            process.send_signal(number)
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert (process.returncode, said.decode()) == (0, "")
    assert left_behind(tmp_path) == []


async def test_whatever_falls_due_has_a_name_on_the_page(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with run.open_local(Settings()) as local:
        kinds = local.stage.app.runner.kinds - run.NOT_WAITED_FOR
    assert {"roundup", "edition", "suggestion"} <= kinds
    for language in LANGUAGES:
        assert all(text(f"demo.due.{kind}", language) for kind in kinds)


async def test_a_scene_that_does_not_come_out_ends_the_day_with_one_line(monkeypatch, capsys, tmp_path):
    async def act(_on: object) -> None:
        raise SceneError("expected: snow")

    monkeypatch.setattr(run, "scenes", lambda _news: (Scene("Winter", act),))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    status = await run.run_demo(Settings(), once=True, feeds=(), port=0, open_browser=False)
    assert status == 1
    assert capsys.readouterr().err == "scene 1, Winter: expected: snow\n"


async def test_the_first_edition_stands_when_the_page_opens(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with run.open_local(Settings(timezone="Asia/Tokyo"), posts_language="ja") as local:
        await run.set_up(local)
        (edition,) = local.world.lines("morning-roundup")
        assert f"{edition.at:%H:%M %Z}" == "07:30 JST"
        assert "お知らせ" in " ".join(edition.buttons)
        assert len(local.world.threads("morning-roundup")) == 1
        due = await local.stage.next_due()
        assert due is not None
        assert due.what in {"demo.due.roundup", "demo.due.poll"}
        assert local.world.errors() == []
