"""A SQLite file has one owner: a lock held beside it refuses a second writer with a sentence."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from bot.domain.errors import PaddockError


class FileOwnedError(PaddockError):
    """Another process holds the file. Params: path, holder."""

    message_id = "storage.error.owned"


class Owner:
    """Holds ``<file>.lock`` while the process may write the file.

    The kernel lets go of the lock when the process ends, however it ends; the text in the file only names the holder.
    """

    def __init__(self, database: Path, purpose: str) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._database = database
        self._purpose = purpose
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            FileOwnedError: if somebody else has it.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 200).decode(errors="replace").strip() or "?"
            os.close(descriptor)
            raise FileOwnedError(path=self._database.name, holder=holder) from None
        except OSError:  # a file system that cannot lock, which is not the same as one that is locked
            os.close(descriptor)
            raise
        self._file = descriptor
        # Who cannot write their name, because the disk is full, holds the lock nevertheless.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{self._purpose}, process {os.getpid()}".encode())
        return self

    def __exit__(self, *_: object) -> None:
        """Let go. The file stays: unlinking it would let two processes lock two files of one name."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None
