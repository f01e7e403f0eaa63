# Two commands do all the set-up: `make demo` and `make test`.
# Four tests at a time: most of those that take long wait for a process, not for the processor.
# Each worker begins elsewhere (worksteal), so that those that wait run beside those that reckon.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Byte code is kept whatever the shell says: four workers and all that they start would compile everything every time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench format lock clean

demo: .venv/demo
	$(BIN)/python -m bot demo $(ARGS)

test: .venv/dev
	$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bot check

bench: .venv/dev
	$(BIN)/python -m tests.bench

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Error Desk needs Python 3.11 or newer; PYTHON=python3.12 make … picks another one")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/demo: requirements-demo.txt | .venv/pip
	@echo "Installing what the demo needs (once) …"
	$(PIP) install --require-hashes -r $<
	@touch $@

.venv/dev: requirements-dev.txt | .venv/pip
	@echo "Installing what the tests need (once) …"
	$(PIP) install --require-hashes -r $<
	@touch $@ .venv/demo

# uv is the one tool here that is not in the lock it writes.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
lock:
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --extra demo -c requirements.txt -o requirements-demo.txt
	$(LOCK) pyproject.toml --extra dev -c requirements-demo.txt -o requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
