"""The PostgreSQL of the tests: of a test process that was killed nothing is left after the next one has begun."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.postgres import FOLDER_PREFIX, Postgresql, end_what_dead_workers_left

ROOT = Path(__file__).parents[1]
GONE_S = 30.0
WORKER = """
import time
from tests.postgres import running_postgresql
with running_postgresql():
    print("running", flush=True)
    time.sleep(600)
"""


def folders_of(pid: int) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}{pid}-*"))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="nothing tells here where a server works")
def test_a_killed_process_leaves_a_server_that_the_next_one_ends(postgresql: Postgresql):
    with subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "running\n"
        (folder,) = folders_of(worker.pid)
        server = int((folder / "data/postmaster.pid").read_text().split("\n", 1)[0])
        end_what_dead_workers_left(Path(tempfile.gettempdir()))
        assert Path(f"/proc/{server}").exists()  # its process lives
        worker.kill()
    assert folder.exists()
    end_what_dead_workers_left(Path(tempfile.gettempdir()))
    assert not folder.exists()
    for _ in range(int(GONE_S / 0.05)):
        if not _is_running(server):
            break
        time.sleep(0.05)
    assert not _is_running(server)
    assert len(folders_of(os.getpid())) == 1  # that of this process itself, which is in use


def _is_running(pid: int) -> bool:
    """A zombie whose new parent has not asked for it yet runs no more."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("name", ["paddock-pg-x", "paddock-pg-old-1", "paddock-pg-1-abc", "other-999999999-a"])
def test_what_is_not_known_to_be_of_a_dead_process_is_left_alone(tmp_path: Path, name: str):
    (tmp_path / name).mkdir()
    (tmp_path / f"{FOLDER_PREFIX}999999999-a").mkdir()  # above the highest number that Linux gives (proc(5), pid_max)
    end_what_dead_workers_left(tmp_path)
    assert [left.name for left in tmp_path.iterdir()] == [name]
