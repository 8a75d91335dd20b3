# Each target works in a fresh clone, twice in a row, and says what it is doing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The tests start hundreds of processes of this package, which should find it compiled.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup languages demo test test-deep compat format check bench docs schema dist lock clean
.DEFAULT_GOAL := help

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(READY) ## Make .venv and bring a Pulumi CLI into .pulumi-cli/bin.
	@$(BIN)/python tools/pulumi_cli.py

languages: setup ## Bring what the tests in YAML, TypeScript and Go need.
	@$(BIN)/python tools/languages.py

demo: setup ## Watch the real engine take a tenant's session lifetimes under control.
	@$(BIN)/python tools/demo.py

test: languages ## Run the quick tests of every level, those on the real engine included.
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not deep"

test-deep: languages ## Run the exhaustive tests: each fault, kill windows, large fleets, 1,000 values.
	$(BIN)/python -m pytest -n auto --dist worksteal -m "deep or thorough" --examples 1000

compat: setup ## Run tests at both ends of the ranges of Python, of Pulumi's SDK, and of the CLI.
	$(BIN)/nox --session compat cli

format: $(READY) ## Format the code, and fix what ruff can fix by itself.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: $(READY) ## Check format, lint, imports and types.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

docs: $(READY) ## Build the documentation into docs/_build/html, strictly.
	$(BIN)/python -m sphinx -W --keep-going -n -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html."

schema: $(READY) ## Write the schemas, and what the pages and examples say of the code.
	@$(BIN)/python tools/names.py
	$(BIN)/python -c 'import json; from auth0_sessions.audit import Audit; \
	  print(json.dumps(Audit.model_json_schema(mode="serialization"), indent=2))' > docs/audit.schema.json
	$(BIN)/python -m auth0_sessions.native.schema > provider/schema.json
	@$(BIN)/python tools/doc_tables.py

bench: setup ## Measure against do-nothing resources, as ratios in one run.
	@$(BIN)/python tools/bench.py

dist: setup ## Build what a release has into dist.
	@$(BIN)/python tools/release.py

lock: ## Write requirements.lock, all that `make setup` installs with hashes, from pyproject.toml and constraints.txt.
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11.7 --constraints constraints.txt \
	  --generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock

clean: ## Remove what setup made; the CLI's build stays in the user's cache.
	rm -rf $(VENV) .pulumi-cli docs/_build

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with 'make PYTHON=python3.12 ...'."; exit 1; }
	@echo "Making $(VENV) with the packages of requirements.lock, each checked against its hash."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
