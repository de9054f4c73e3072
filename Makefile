# Cairn needs Python 3.11 or newer and make. The environment lives in .venv; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . \
	&& $(BIN)/python -m compileall -q bot && $(BIN)/cairn ask EKS >/dev/null

.PHONY: run test coverage check soak planted bench lock clean

run: .venv/run.stamp ## set everything up and start Cairn (without tokens: the playground)
	$(BIN)/python -m bot run $(ARGS)

# Compiled modules are kept whatever the environment says: the suite starts hundreds of processes.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/test.stamp ## set everything up and run the whole suite
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

coverage: .venv/test.stamp ## the whole suite once more, counting the lines of bot that it runs
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term $(ARGS)

check: .venv/test.stamp ## everything that a machine can check without running Cairn
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pylint --disable=all --enable=duplicate-code bot tests
	$(BIN)/python -m bot check

soak: .venv/test.stamp ## the long campaigns (hours)
	CAIRN_SOAK=1 $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

planted: .venv/test.stamp ## plants faults into a copy of the tree: each must turn a test red
	$(BIN)/python -m tests.faults.planted $(ARGS)

bench: .venv/test.stamp ## speed, each figure beside a baseline of the same run
	$(BIN)/python -m tests.benchmarks $(ARGS)

lock: ## write the exact versions anew (needs uv)
	uv pip compile -q --custom-compile-command "make lock" --universal --python-version 3.11 --generate-hashes pyproject.toml --extra build -o requirements.lock
	uv pip compile -q --custom-compile-command "make lock" --universal --python-version 3.11 --generate-hashes pyproject.toml --extra build --extra dev -c requirements.lock -o requirements-dev.lock

clean: ## remove the environment and everything that was made
	rm -rf .venv artefacts .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Cairn needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

# The locks are complete, so nothing is resolved: older pips trip over extras (coverage[toml]) in hash mode.
.venv/run.stamp: .venv/bin/python requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(INSTALL)
	touch $@

.venv/test.stamp: .venv/bin/python requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(INSTALL)
	touch $@ .venv/run.stamp
