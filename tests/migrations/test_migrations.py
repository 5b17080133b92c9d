"""From an empty file, and from every earlier revision, to the newest; or not at all."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Integer, MetaData, String, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from bot.storage import migrate
from bot.storage.migrate import NewerSchemaError, revision_of, upgrade
from bot.storage.schema import REVISION, metadata
from bot.storage.store import open_store
from bot.text import error_text
from tests.house import START

FOLDER = Path(migrations.__file__).parent


def scripts(folder: Path = FOLDER) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config)


REVISIONS = [script.revision for script in scripts().walk_revisions()][::-1]


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


async def migrate_to(path: Path, revision: str, folder: Path = FOLDER) -> None:
    """Bring a file to a revision that is not the newest."""

    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        config.attributes["target_metadata"] = metadata
        command.upgrade(config, revision)

    engine = create_async_engine(url_of(path))
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


def fill(path: Path) -> dict[str, int]:
    """Put a row into every table, parents first, and return how many each then holds."""
    engine = create_engine(f"sqlite:///{path}")
    found = MetaData()
    found.reflect(engine)
    counts: dict[str, int] = {}
    with engine.begin() as connection:
        for table in found.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert().values({column.name: value(column) for column in table.columns}))
                counts[table.name] = 1
    engine.dispose()
    return counts


def value(column: object) -> object:
    kind = str(column.type)  # type: ignore[attr-defined]
    if kind.startswith("DATETIME"):
        return datetime(2026, 1, 1)  # noqa: DTZ001  # reflected without our type, which gives the zone
    if kind == "DATE":
        return START.date()
    if kind == "TIME":
        return START.time()
    return {"JSON": ["roundup"], "BIGINT": 1, "INTEGER": 1, "BOOLEAN": True}.get(kind, "1")


def contents(path: Path) -> bytes:
    return path.read_bytes()


def rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608  # our own tables
            for name in names
            if name != "alembic_version"
        }


def test_the_revision_that_a_start_compares_with_is_the_newest_one():
    assert scripts().get_heads() == [REVISION]


def test_revisions_form_one_line():
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS


def test_every_migration_says_why_it_is():
    for script in scripts().walk_revisions():
        assert script.doc.endswith("."), script
        assert "say here why" not in script.doc, script


def test_models_and_migrations_agree(template_database: Path):
    engine = create_engine(f"sqlite:///{template_database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("changed", [Column("feeling", Integer()), Column("language", String(9))])
def test_a_model_that_no_migration_knows_is_noticed(template_database: Path, changed: Column[object]):
    planned = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(planned)
    planned.tables["guilds"].append_column(changed._copy(), replace_existing=True)
    engine = create_engine(f"sqlite:///{template_database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, planned) != []
    engine.dispose()


async def test_an_empty_file_is_brought_to_the_newest_schema(tmp_path: Path):
    path = tmp_path / "paddock.db"
    assert await revision_of(url_of(path)) is None
    assert await upgrade(url_of(path)) is None
    assert await revision_of(url_of(path)) == REVISION
    assert set(rows(path)) == set(metadata.tables)


async def test_a_file_that_is_up_to_date_is_not_touched(database: Path):
    fill(database)
    before = contents(database)
    assert await upgrade(url_of(database)) == REVISION
    assert contents(database) == before


@pytest.mark.parametrize("revision", REVISIONS)
async def test_rows_of_an_earlier_revision_come_through(tmp_path: Path, revision: str):
    path = tmp_path / "paddock.db"
    await migrate_to(path, revision)
    kept = fill(path)
    assert await upgrade(url_of(path)) == revision
    after = rows(path)
    assert {name: after[name] for name in kept} == kept
    async with open_store(url_of(path), purpose="tests"):
        pass


NEXT = '''"""{doc}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
{body}
'''


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the migrations to which a test adds one, used by `upgrade` in place of ours."""
    folder = tmp_path / "100% migrations"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrations, "__file__", str(folder / "__init__.py"))
    monkeypatch.setattr(migrate, "REVISION", "9999")
    return folder / "versions" / "9999_next.py"


def write_next(path: Path, *lines: str) -> None:
    body = "\n".join(f"    {line}" for line in lines)
    path.write_text(NEXT.format(doc="Next.", revision="9999", before=REVISION, body=body))


async def test_a_migration_that_fails_leaves_nothing_behind(database: Path, next_revision: Path):
    kept = fill(database)
    write_next(
        next_revision,
        'op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))',
        'op.execute("DELETE FROM articles")',
        'op.add_column("guilds", sa.Column("half", sa.Integer()))',
        'raise RuntimeError("in the middle")',
    )
    with pytest.raises(RuntimeError, match="in the middle"):
        await upgrade(url_of(database))
    assert rows(database) == kept
    assert await revision_of(url_of(database)) == REVISION
    with closing(sqlite3.connect(database)) as connection:
        assert "half" not in connection.execute("SELECT sql FROM sqlite_master WHERE name = 'guilds'").fetchone()[0]


async def test_rebuilding_a_table_does_not_delete_what_hangs_on_it(database: Path, next_revision: Path):
    kept = fill(database)
    write_next(
        next_revision,
        'with op.batch_alter_table("feeds", recreate="always") as batch:',
        '    batch.alter_column("title", existing_type=sa.String(200), type_=sa.String(300))',
    )
    assert await upgrade(url_of(database)) == REVISION
    assert rows(database) == kept
    assert await revision_of(url_of(database)) == "9999"


async def test_a_migration_that_orphans_rows_is_undone(database: Path, next_revision: Path):
    kept = fill(database)
    write_next(next_revision, 'op.execute("DELETE FROM feeds")')
    with pytest.raises(RuntimeError, match="broke foreign keys"):
        await upgrade(url_of(database))
    assert rows(database) == kept


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_file_of_a_newer_version_is_refused_with_a_sentence(database: Path, language: str):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
        connection.commit()
    before = contents(database)
    with pytest.raises(NewerSchemaError) as refused:
        await upgrade(url_of(database))
    sentence = error_text(refused.value, language)
    assert "from_the_future" in sentence
    assert REVISION in sentence
    assert contents(database) == before
