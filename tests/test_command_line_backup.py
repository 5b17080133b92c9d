"""``paddock backup``, ``restore`` and what ``doctor`` says of them, in processes of their own as people start them."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli import doctor
from bot.clock import SystemClock
from bot.domain.backup import backup_made_at, backup_name
from bot.services.backup import BackupService
from bot.storage import backup, health
from tests.files_of_a_bot import ROOT, add_rows, bot_writing, damage, names, numbers_in, tree

OURS = ("DISCORD_", "DATABASE_", "PADDOCK_")
SHAPED_LIKE_A_TOKEN = "MTAwMQ.Gx3f.not-a-real-one"  # noqa: S105  # nothing takes it


def paddock(folder: Path, *arguments: object, **settings: str) -> tuple[int, str, str]:
    """Run a command and return its exit code and what it printed where."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    env |= {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))} | settings
    done = subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def file(template_database: Path, tmp_path: Path) -> Path:
    path = Path(shutil.copy(template_database, tmp_path / "paddock.db"))
    add_rows(path, 1, 7)
    return path


def test_a_running_bot_is_backed_up_and_named_to_whoever_would_write(file: Path):
    with bot_writing(file, 5) as running:
        code, out, err = paddock(file.parent, "backup", "copy.db")
        assert (code, err) == (0, "")
        assert out.startswith("Backed up and checked: copy.db (")
        assert numbers_in(file.parent / "copy.db") == [*range(1, 8), *range(1, 6)]
        before = tree(file.parent)
        for arguments in (["run"], ["migrate"], ["restore", "copy.db"]):
            code, out, err = paddock(file.parent, *arguments, DISCORD_TOKEN=SHAPED_LIKE_A_TOKEN)
            assert (code, out) == (1, ""), arguments
            assert err == (
                f"paddock.db is in use by another process (paddock run, process {running.pid}). "
                "Stop that one first; two writers would spoil the file.\n"
            ), arguments
        assert tree(file.parent) == before


def test_backups_are_pruned_where_they_are_kept_and_nowhere_else(file: Path):
    folder = file.parent / "backups"
    folder.mkdir()
    old = datetime.now(UTC) - timedelta(days=90)  # noqa: TID251  # the command reads the machine's clock
    for stem in ("paddock", "other"):
        (folder / backup_name(stem, old, "0001")).touch()
    assert paddock(file.parent, "backup", "copy.db")[0] == 0
    assert len(names(folder)) == 2
    code, out, _ = paddock(file.parent, "backup")
    assert code == 0
    assert out.endswith("1 old backup was deleted.\n")
    assert backup_name("other", old, "0001") in names(folder)
    (made,) = names(folder) - {backup_name("other", old, "0001")}
    assert backup_made_at(made, "paddock") is not None


def test_a_restore_says_what_it_did(file: Path):
    assert paddock(file.parent, "backup", "copy.db")[0] == 0
    add_rows(file, 8, 9)
    code, out, err = paddock(file.parent, "restore", "copy.db")
    assert (code, err) == (0, "")
    kept, done = out.splitlines()
    assert kept.startswith("The old database is kept as ")
    assert numbers_in(Path(kept.removeprefix("The old database is kept as "))) == list(range(1, 10))
    assert done.startswith(f"{file} now holds what copy.db held")
    assert numbers_in(file) == list(range(1, 8))
    damage(file)
    _, out, _ = paddock(file.parent, "restore", "copy.db", PADDOCK_LANGUAGE="ja")
    assert "破損しています" in out


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(file: Path, command: str):
    damage(file)
    shutil.move(file, file.parent / "bad.db")
    target = "bad.db" if command == "restore" else "new.db"
    code, out, err = paddock(file.parent, command, target)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    code, out, err = paddock(file.parent, command, target, DATABASE_URL="postgresql://localhost/paddock")
    assert (code, out) == (1, "")
    assert "pg_dump" in err
    assert "pg_restore" in err
    assert not (file.parent / "new.db").exists()


@pytest.mark.parametrize(
    "command", ["run", *(pytest.param(other, marks=pytest.mark.soak) for other in ("migrate", "doctor"))]
)
def test_a_damaged_database_is_one_sentence_whose_command_brings_the_bot_back(file: Path, command: str):
    assert paddock(file.parent, "backup")[0] == 0
    add_rows(file, 8, 9)
    file.write_bytes(file.read_bytes()[:-5000])
    token = {"DISCORD_TOKEN": SHAPED_LIKE_A_TOKEN} if command == "run" else {}  # doctor would show it to Discord
    code, out, err = paddock(file.parent, command, **token)
    assert code == 1
    (sentence,) = [line for line in (out + err).splitlines() if "damaged" in line]
    assert "Traceback" not in err
    assert "Put the newest backup in its place: paddock restore " in sentence
    assert paddock(file.parent, "restore", sentence.rpartition(" ")[2])[0] == 0
    assert numbers_in(file) == list(range(1, 8))
    assert paddock(file.parent, "migrate")[0] == 0


def test_a_restore_needs_a_file(tmp_path: Path):
    assert paddock(tmp_path, "restore")[0] == 2


def test_doctor_tells_of_disk_and_backups(file: Path):
    _, out, _ = paddock(file.parent, "doctor")
    assert re.search(r"^✓ Disk: \d+ MiB free", out, re.MULTILINE)
    assert "! Backups: there is none yet." in out
    assert "! Backups: there is none. Make one" in paddock(file.parent, "doctor", PADDOCK_BACKUP_HOURS="0")[1]
    assert paddock(file.parent, "backup")[0] == 0
    _, out, _ = paddock(file.parent, "doctor")
    assert re.search(r"^✓ Backups: the newest was made \d+ seconds? ago\.$", out, re.MULTILINE)
    (made,) = (file.parent / "backups").iterdir()
    made.rename(made.with_name(backup_name("paddock", datetime.now(UTC) - timedelta(days=20), "0001")))  # noqa: TID251  # see above
    _, out, _ = paddock(file.parent, "doctor")
    assert re.search(r"^! Backups: the newest was made 3 weeks ago\.$", out, re.MULTILINE)


def test_doctor_tells_why_the_last_backup_failed_until_there_is_one(file: Path):
    now = datetime.now(UTC)  # noqa: TID251  # see above
    (file.parent / "backups").write_text("no folder")
    service = BackupService(f"sqlite+aiosqlite:///{file}", SystemClock(), every=timedelta(hours=1))
    asyncio.run(service.run_once(now - timedelta(hours=2)))
    _, out, _ = paddock(file.parent, "doctor")
    told = r"^! Backups: the bot tried to make one 2 hours ago and could not\. No copy of .*File exists"
    assert re.search(told, out, re.MULTILINE)
    assert "自動作成に失敗" in paddock(file.parent, "doctor", PADDOCK_LANGUAGE="ja")[1]
    (file.parent / "backups").unlink()
    assert paddock(file.parent, "backup")[0] == 0
    assert "could not" not in paddock(file.parent, "doctor")[1]


@pytest.mark.parametrize(("version", "is_named"), [((3, 40, 1), True), ((3, 51, 3), False)])
def test_doctor_names_a_version_of_sqlite_with_the_wal_reset_bug(
    file: Path,
    version: tuple[int, int, int],
    is_named: bool,  # noqa: FBT001  # a case
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(health.sqlite3, "sqlite_version_info", version)
    monkeypatch.setattr(health.sqlite3, "sqlite_version", ".".join(map(str, version)))
    found = health.file_health(f"sqlite+aiosqlite:///{file}")
    assert doctor._surroundings(found, datetime(2026, 11, 22, tzinfo=UTC), "en", every=None, is_new=False) == 0
    assert ("! SQLite 3.40.1 is one of those" in capsys.readouterr().out) is is_named


def test_a_full_disk_is_what_is_in_the_way(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(backup, "SPARE_BYTES", 2**60)
    found = health.file_health(f"sqlite+aiosqlite:///{file}")
    assert doctor._surroundings(found, datetime(2026, 11, 22, tzinfo=UTC), "en", every=None, is_new=True) == 1
    assert "✗ Disk: only " in capsys.readouterr().out
