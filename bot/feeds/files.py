"""Reading a feed or an article from a file that somebody named."""

from pathlib import Path

from bot.domain.errors import PaddockError


class FileError(PaddockError):
    """A file that was named cannot be read."""

    message_id = "feeds.file.unreadable"


class FileMissingError(FileError):
    """There is no such file."""

    message_id = "feeds.file.missing"


class FileIsFolderError(FileError):
    """A folder stands where a file was named."""

    message_id = "feeds.file.folder"


class FileForbiddenError(FileError):
    """The file may not be read by this user."""

    message_id = "feeds.file.forbidden"


class FileTooLargeError(FileError):
    """The file has more bytes than we read. Params: bytes_max."""

    message_id = "feeds.file.too_large"


def read_file(path: Path, bytes_max: int) -> bytes:
    """Return what the file holds.

    Raises:
        FileError: one of its classes: it is not there, no file, forbidden or too large.
    """
    try:
        with path.open("rb") as file:
            body = file.read(bytes_max + 1)
    except FileNotFoundError:
        raise FileMissingError from None
    except IsADirectoryError:
        raise FileIsFolderError from None
    except PermissionError:
        raise FileForbiddenError from None
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        raise FileError from None
    if len(body) > bytes_max:
        raise FileTooLargeError(bytes_max=bytes_max)
    return body
