"""What can be refused, and why: one tree, each class with the id of its message.

An error carries an id and parameters, never a sentence: the sentence is made where it is shown, in the reader's
language (`bot.text`). Services raise these; `bot.edge.replies` and the command line turn them into one sentence.
"""

from typing import ClassVar


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


class LoginRefusedError(PaddockError):
    """Discord does not take the token."""

    message_id = "cli.login_refused"


class NoDiscordError(PaddockError):
    """Discord cannot be reached. Params: reason."""

    message_id = "cli.no_discord"


class StorageUnavailableError(PaddockError):
    """The database cannot be reached or used just now; what was being written may not be there. Params: error_id.

    The cause is logged once, with the same id.
    """

    message_id = "storage.error.unavailable"


class StorageFullError(StorageUnavailableError):
    """The disk under the database is full; what was being written was undone. Params: error_id."""

    message_id = "storage.error.full"
