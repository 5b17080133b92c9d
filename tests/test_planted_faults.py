"""The checks fail where they should: each fault is planted in a copy of the tree and has to be found."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.check_messages import ROOT

COPIED = ("bot", "cogs", "migrations", "tests", "pyproject.toml", "Makefile", ".env.example")
BIN = Path(sys.executable).parent
# As they stand in the Makefile under `check`.
STYLE = "ruff check ."
ARROWS = "lint-imports --no-logo"
MESSAGES = "python -m tests.check_messages"
EXAMPLE = "python -m bot settings --env-example"

# The id of each contract of pyproject.toml, and in which file which line breaks it.
WRONG_ARROWS = [
    ("layers", "bot/domain/article.py", "import bot.text"),
    ("layers", "bot/services/__init__.py", "import cogs"),
    ("leaves", "bot/clock.py", "import bot.domain.errors"),
    ("pure", "bot/domain/article.py", "import time"),
    ("pure", "bot/domain/article.py", "import random"),
    ("discord", "bot/services/__init__.py", "import discord"),
    ("sql", "bot/edge/__init__.py", "import sqlalchemy"),
    ("surfaces", "cogs/__init__.py", "import bot.storage"),
    ("surfaces", "bot/web/pages.py", "import bot.storage"),
    ("cogs", "cogs/planted_one.py", "import cogs.planted_two"),
]


def contracts():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in config["tool"]["importlinter"]["contracts"]}


@pytest.fixture
def tree(tmp_path):
    """A copy that can be spoilt."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, tmp_path / name)
    return tmp_path


def run(check, tree):
    program, *arguments = check.split()
    command = [sys.executable if program == "python" else BIN / program, *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120)


def plant(tree, path, line):
    file = tree / path
    file.parent.mkdir(exist_ok=True)
    (file.parent / "__init__.py").touch()
    content = file.read_text(encoding="utf-8") if file.exists() else '"""Planted."""\n'
    file.write_text(f"{content}\n{line}\n", encoding="utf-8")


def replace(tree, path, old, new):
    file = tree / path
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("check", [STYLE, ARROWS, MESSAGES])
def test_the_tree_as_it_is_passes(tree, check):
    done = run(check, tree)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("check", [STYLE, ARROWS, MESSAGES, EXAMPLE])
def test_make_check_runs_what_is_tried_here(check):
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    assert f"$(BIN)/{check}" in recipe


def test_every_contract_is_broken_here():
    assert {contract for contract, _, _ in WRONG_ARROWS} == contracts().keys()


def test_wrong_arrows_are_found(tree):
    plant(tree, "cogs/planted_two.py", "")
    for _, path, line in WRONG_ARROWS:
        plant(tree, path, line)
    told = run(ARROWS, tree).stdout
    for contract, path, line in WRONG_ARROWS:
        assert f"{contracts()[contract]['name']} BROKEN" in told
        importer = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert f"{importer} -> {line.removeprefix('import ')} (" in told


def test_every_part_of_the_bot_has_its_place_in_the_contracts():
    parts = {
        f"bot.{path.stem}"
        for path in (ROOT / "bot").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"bot.__init__"}
    by_id = contracts()
    layers = {name.strip("() ") for layer in by_id["layers"]["layers"] for name in layer.split("|")}
    assert parts <= layers | set(by_id["leaves"]["source_modules"])
    assert parts - {"bot.demo", "bot.edge", "bot.__main__"} <= set(by_id["discord"]["source_modules"])
    assert parts - {"bot.storage"} <= set(by_id["sql"]["source_modules"])


def test_a_clock_read_outside_the_clock_is_found(tree):
    readings = [
        ("from datetime import UTC, datetime", "datetime.now(UTC)"),
        ("from datetime import date", "date.today()"),
        ("import time", "time.monotonic()"),
        ("import time", "time.time()"),
        ("import discord", "discord.utils.utcnow()"),
    ]
    planted = [f"{folder}/planted_{place}.py" for folder in ("bot/services", "cogs") for place in range(len(readings))]
    for path, (header, reading) in zip(planted, readings * 2, strict=True):
        plant(tree, path, f"{header}\n\nNOW = {reading}")
    told = run(f"{STYLE} --output-format concise", tree).stdout
    for path in planted:
        assert re.search(rf"{path}:\d+:\d+: TID251 .*bot/clock\.py", told), path


def test_the_clock_itself_may_read_the_time(tree):
    done = run(f"{STYLE} --select TID251", tree)
    assert done.returncode == 0
    assert "return monotonic()" in (tree / "bot/clock.py").read_text(encoding="utf-8")


def test_messages_that_lack_a_language_or_a_catalogue_or_a_placeholder_are_found(tree):
    sentence = 'async def answer(interaction):\n    await interaction.send("Your vote was counted.")'
    replace(tree, "bot/locales/ja/common.po", 'msgid "common.error.gone"', 'msgid "common.error.left"')
    replace(tree, "bot/locales/ja/common.po", "{capability}", "{permission}")
    plant(tree, "bot/services/planted.py", 'from bot.text import text\n\nLINE = text("common.planted", "en")')
    plant(tree, "cogs/planted.py", sentence)
    plant(tree, "bot/edge/planted.py", sentence)
    done = run(MESSAGES, tree)
    assert done.returncode != 0
    told = done.stdout.splitlines()
    assert "ja: common.error.gone is missing" in told
    assert "ja: common.error.not_allowed fills ['permission'], in English ['capability']" in told
    assert any("there is no message common.planted" in line for line in told)
    for path in ("cogs/planted.py", "bot/edge/planted.py"):
        assert any(path in line and "'Your vote was counted.' is not in the catalogues" in line for line in told)


def test_a_setting_that_is_missing_from_the_example_is_found(tree):
    example = (tree / ".env.example").read_text(encoding="utf-8")
    assert run(EXAMPLE, tree).stdout == example
    replace(
        tree,
        "bot/settings.py",
        "    sources_max: int = Field(",
        '    planted: int = Field(default=1, ge=1, le=2, validation_alias="PADDOCK_PLANTED")\n'
        "    sources_max: int = Field(",
    )
    done = run(EXAMPLE, tree)
    assert done.returncode == 0, done.stderr
    assert done.stdout != example
    assert "PADDOCK_PLANTED=1" in done.stdout
