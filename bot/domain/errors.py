"""What can be refused, and why: one tree, each class with the id of its message.

An error carries an id and parameters, never a sentence: the sentence is made where it is shown, in the reader's
language (`bot.text`). Services raise these; `bot.edge.replies` and the command line turn them into one sentence.
"""

import json
from collections.abc import Mapping
from typing import ClassVar, cast

# The shortest column that keeps an error (an edition's reason).
PACKED_CHARS_MAX = 200


class PaddockError(Exception):
    """Something that was expected to go wrong sometimes.

    Args:
        params: what the message's placeholders are filled with; plain strings and numbers.
    """

    message_id: ClassVar[str] = "common.error.unexpected"

    def __init__(self, **params: object) -> None:
        super().__init__(self.message_id, params)
        self.params = params


class NotAllowedError(PaddockError):
    """The actor lacks a capability. Params: capability."""

    message_id = "common.error.not_allowed"


class NotSetUpError(PaddockError):
    """The guild has not been set up yet."""

    message_id = "common.error.not_set_up"


class GoneError(PaddockError):
    """What a button or an option points to does not exist here (any more)."""

    message_id = "common.error.gone"


class PanelClosedError(PaddockError):
    """A panel or form was used that nobody listens to any more."""

    message_id = "common.error.panel_closed"


class LoginRefusedError(PaddockError):
    """Discord does not take the token."""

    message_id = "cli.login_refused"


class NoDiscordError(PaddockError):
    """Discord cannot be reached. Params: reason."""

    message_id = "cli.no_discord"


class DiscordAwayError(PaddockError):
    """Discord does not answer, or wants to be left alone for a while.

    Params: reason, error_id, and where Discord said it: retry_after_s.
    """

    message_id = "common.error.discord_away"


class StorageUnavailableError(PaddockError):
    """The database cannot be reached or used just now; what was being written may not be there. Params: error_id.

    The cause is logged once, with the same id.
    """

    message_id = "storage.error.unavailable"


class StorageFullError(StorageUnavailableError):
    """The disk under the database is full; what was being written was undone. Params: error_id."""

    message_id = "storage.error.full"


class StorageDamagedError(StorageUnavailableError):
    """The database's file turned out to be damaged while it was in use. Params: error_id."""

    message_id = "storage.error.damaged_in_use"


class UnforeseenError(PaddockError):
    """What no other error foresees, as it is kept; its traceback stands in the log. Params: error_id."""

    message_id = "common.error.unforeseen"


def packed(error: PaddockError) -> str:
    """Return an error in at most `PACKED_CHARS_MAX` characters, to be kept and told later in any language."""
    for chars_max in (60, 30, 10, 0):
        params = {
            name: value if isinstance(value, int | float) else _short(str(value), chars_max)
            for name, value in error.params.items()
        }
        kept = json.dumps([error.message_id, params], ensure_ascii=False, separators=(",", ":"))
        if len(kept) <= PACKED_CHARS_MAX:
            break
    return kept


def _short(value: str, chars_max: int) -> str:
    return value if len(value) <= chars_max else f"{value[:chars_max]}…"


def unpacked(kept: str) -> tuple[str, Mapping[str, object]]:
    """Return the message id and the parameters of an error that was kept with `packed`.

    Raises:
        ValueError: if it was kept in some other way.
    """
    found: object = json.loads(kept)
    match found:
        case [str(message_id), dict()]:
            return message_id, cast("list[Mapping[str, object]]", found)[1]
        case _:
            raise ValueError(kept)
