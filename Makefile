# `make` lists what can be made. Everything is installed into folders here whose names begin with .venv, and nowhere else.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test soak check oracles format env-example bench lock migration

# The first of these that is Python 3.11 or newer; or name one: make setup PYTHON=/opt/python/bin/python3
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Two workers more than there are cores: the tests that start processes wait for them more than they compute.
# For one test: make test TESTS=tests/test_settings.py WORKERS=0
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')
TESTS ?=
ARGS ?=

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: .venv/.installed ## install what the bot and its tests need into .venv
	@:

# Packages are compiled when they are first imported: compiling all of them would double the time.
.venv/.locked: requirements.lock
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed: make setup PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'Installing the locked packages into .venv, about a minute the first time.'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --no-deps --no-compile -r requirements.lock
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --no-compile --editable .
	@touch $@

demo: setup ## try the bot in a local Discord in the browser (ARGS=--once for a day in the terminal)
	@$(BIN)/python -m bot demo $(ARGS)

run: setup ## connect to Discord with the token in .env
	@$(BIN)/python -m bot run

test: setup ## run every test
	@$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

soak: setup ## run the long tests: the bot killed everywhere, Discord away (half an hour on two cores)
	@$(BIN)/python -m pytest -n $(WORKERS) -m soak $(TESTS)

check: setup ## the fast checks: style, arrows, types, messages, settings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/basedpyright
	@$(BIN)/python -m tests.check_messages
	@$(BIN)/python -m bot settings --env-example | diff -u .env.example - \
		|| { echo '.env.example is not what bot/settings.py says: make env-example' >&2; exit 1; }

# Their libraries take most of a gigabyte, so they have a folder of their own. ARGS="--elections 5000 --seed 7" for more.
.venv-oracles/.installed: requirements-oracles.lock
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed: make oracles PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'Installing the libraries that counts are held against into .venv-oracles, about a minute the first time.'
	@test -x .venv-oracles/bin/python || $(PYTHON) -m venv .venv-oracles
	@.venv-oracles/bin/python -m pip --disable-pip-version-check -qq install --require-hashes --no-deps --no-compile -r requirements-oracles.lock
	@touch $@

oracles: .venv-oracles/.installed ## hold our counts against other people's libraries on random elections
	@.venv-oracles/bin/python -m tests.oracles $(ARGS)

format: setup ## let ruff mend and lay out the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

env-example: setup ## make .env.example from bot/settings.py
	@$(BIN)/python -m bot settings --env-example > .env.example

bench: setup ## measure what is promised about speed
	@$(BIN)/python -m tests.bench.start
	@$(BIN)/python -m tests.bench.grouping
	@$(BIN)/python -m tests.bench.roundup
	@$(BIN)/python -m tests.bench.votes
	@$(BIN)/python -m tests.bench.tally

# uv resolves for every platform at once, which pip cannot; it stays in a folder of its own.
lock: ## resolve pyproject.toml into the lock files (LOCK_ARGS=--upgrade for newer versions)
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -qq uv; }
	@.venv-lock/bin/uv pip compile pyproject.toml --extra demo --extra postgres --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --quiet $(LOCK_ARGS) --output-file requirements.lock
	@.venv-lock/bin/uv pip compile --group oracles --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --quiet $(LOCK_ARGS) --output-file requirements-oracles.lock

migration: setup ## draft a migration from the models (NAME="what it adds")
	@$(BIN)/python -m migrations "$(NAME)"
