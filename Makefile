# `make demo` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.8
READY := .venv/.ready
# Compiled once at install: where PYTHONDONTWRITEBYTECODE is set, every start would compile all it imports again.
PACKAGES := core ranking safety wellbeing generation pipelines api

.DEFAULT_GOAL := help
.PHONY: help install setup demo test search check e2e bench bench-generation soak lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## make .venv and install everything from requirements.lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kindling needs Python 3.11 or newer; set PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --require-hashes --compile-bytecode requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $(READY)

setup: $(READY) ## export the text encoder to int8 ONNX (once)
	@$(BIN)/kindling setup encoder

demo: $(READY) ## build the demo city if there is none, start the server, print the addresses
	@$(BIN)/kindling demo up

test: setup ## the whole suite, on SQLite and PostgreSQL, with no network
	$(BIN)/pytest -n 2

search: setup ## the suite's property tests, on examples that nobody has tried yet
	$(BIN)/pytest -n 2 -m hypothesis --hypothesis-profile=search

check: $(READY) ## formatting, lint, strict types, import contracts, house sizes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --verbose
	$(BIN)/python -m tests.house

e2e: setup ## walk the pages in a real browser (Debian's chromium)
	$(BIN)/pytest -m e2e tests/e2e

bench: setup ## measure the demo city's speed against the goals
	$(BIN)/kindling bench all

bench-generation: setup ## what films cost, and how true they are to the world and to their words
	$(BIN)/kindling bench generation

soak: $(READY) ## a million requests against the viewing limits; a thousand jobs whose workers are killed
	$(BIN)/pytest tests/soak --soak-steps=1000000 -s

lock: $(READY) ## resolve requirements.lock anew
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--all-extras --no-header --upgrade --quiet pyproject.toml -o requirements.lock

clean: ## remove the virtual environment and the demo's state
	rm -rf .venv .kindling
