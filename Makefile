# `make run` and `make test` are all that one needs; the rest are their parts. Works in any folder.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
# How many test processes; `make unit WORKERS=0` runs them in one, for a debugger.
WORKERS ?= 2
PYTEST := $(PY) -m pytest -q -n $(WORKERS) --dist loadgroup

.PHONY: help setup setup-run setup-test run test unit lint types contracts assets bench words lock format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## get everything that the project needs (also the first step of run and test)
	@python=$$(sh tools/find_python.sh) && "$$python" tools/setup.py test

setup-run:
	@python=$$(sh tools/find_python.sh) && "$$python" tools/setup.py run

setup-test:
	@python=$$(sh tools/find_python.sh) && "$$python" tools/setup.py test --strict

run: setup-run ## the site at http://127.0.0.1:8000 with demonstration data (PORT=8001 moves it)
	@PORT="$(PORT)" $(PY) tools/run.py

test: setup-test lint types contracts unit ## everything that must hold: lint, types, layers, tests

unit: ## the tests alone (WORKERS=1)
	$(PYTEST)

lint: ## how code and templates are written
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint --lint --quiet templates

types: ## the type checker
	$(PY) -m mypy

contracts: ## which layer may import which
	.venv/bin/lint-imports --no-logo

format: ## put code into its standard form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

assets: setup-run ## style sheets and scripts, after a change

bench: setup ## the measurements, one after the other
	@mkdir -p bench-results; status=0; \
	for file in bench/[a-z]*.py; do [ -e "$$file" ] || continue; echo "== $$file"; $(PY) "$$file" || status=1; done; exit $$status

words: ## put new strings of the public pages into the English catalogue, to be written there
	@mkdir -p .make
	@.venv/bin/pybabel -q extract -F babel.cfg --no-wrap --add-location=file --omit-header -o .make/words.pot .
	@.venv/bin/pybabel -q update -i .make/words.pot -d translations -l en --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

lock: ## renew uv.lock and the requirement files from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "lock: uv is missing: pip install uv" >&2; exit 1; }
	uv lock --no-managed-python
	uv export -q --frozen --no-header --no-annotate --no-emit-project --no-dev -o requirements.txt
	uv export -q --frozen --no-header --no-annotate --no-emit-project -o requirements-dev.txt
	uv export -q --frozen --no-header --no-annotate --no-emit-project --only-group assets -o requirements-assets.txt

clean: ## remove what was made, but neither data (instance/) nor the environment (.venv, node_modules)
	rm -rf .make/assets .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis static/dist test-artefacts bench-results
	find . -name __pycache__ -type d -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +
