# oretrace: make lists its targets. Needs python3 (3.11 or newer), pip and make; everything else is fetched.
SHELL := /bin/sh
PYTHON ?= python3
UV_VERSION := 0.13.9
# uv from PATH if there is one, else a copy of our own in .tools
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
BIN := .venv/bin
DEMO ?= oretrace-demo
COMPILE := pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11
.DEFAULT_GOAL := help
.PHONY: help setup demo test check format lock bench docs ui clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1 \t\2/' | expand -t 18

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "oretrace needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools "uv==$(UV_VERSION)"

.venv/.run: requirements.lock pyproject.toml | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

.venv/.dev: .venv/.run .ci/requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r .ci/requirements-dev.lock
	@touch $@

setup: .venv/.run ## build .venv from the lock, so that .venv/bin/oretrace runs from anywhere

demo: setup ## the whole job on a generated world; ends by naming the pages to open
	@$(BIN)/oretrace demo --out $(DEMO)

test: .venv/.dev ## run every test
	@$(BIN)/pytest -n 2 --dist loadgroup

check: .venv/.dev ## lint, format, types, import contracts, spelling, lock in step
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/typos
	@sh .ci/lock-in-step $(UV)

format: .venv/.dev ## format the code
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv) ## pin every dependency anew, with hashes
	@$(UV) $(COMPILE) pyproject.toml --output-file requirements.lock
	@$(UV) $(COMPILE) pyproject.toml --extra dev --constraint requirements.lock --output-file .ci/requirements-dev.lock
	@$(UV) $(COMPILE) pyproject.toml --extra bench --constraint requirements.lock --output-file .ci/requirements-bench.lock

bench: .venv/.dev ## measure speed and memory
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r .ci/requirements-bench.lock
	@$(BIN)/python -m tests.benchmarks

docs: .venv/.dev ## write the reference pages anew
	@$(BIN)/python -m pipelines.reference_pages

ui: setup ## open MLflow's pages on the local store
	@$(BIN)/oretrace ui

clean: ## remove what the demo and the tests made; keeps .venv
	@rm -rf $(DEMO) .oretrace .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
