"""Drafts a migration: what the models say against what the migrations so far have built, on an empty file."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.storage.schema import metadata


def main() -> None:
    """Write ``migrations/versions/<number>_<name>.py``, to be read and given its reason."""
    if len(sys.argv) != 2 or not sys.argv[1].strip():  # noqa: PLR2004  # the program and the name
        sys.exit('Say what the migration adds: make migration NAME="what it adds"')
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["target_metadata"] = metadata
    head = ScriptDirectory.from_config(config).get_current_head()
    with create_engine("sqlite://").connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.revision(config, message=sys.argv[1], autogenerate=True, rev_id=f"{int(head or 0) + 1:04}")


main()
