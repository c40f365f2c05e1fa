# The commands for developers; each does its own set-up.
PYTHON ?= python3
BIN := .venv/bin

# Many tests start processes: each would compile the program anew where the environment forbids Python to keep what it
# has compiled.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup browser postgres demo gallery card test prove coverage simulate bench check format lock audit clean

setup: .venv/ready  ## a virtual environment with the locked packages and .venv/bin/loket

.venv/ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Loket needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

browser: setup  ## a Chromium for the tests of the demo's page
	@$(BIN)/python tools/browser.py

postgres: setup  ## a PostgreSQL for the tests
	@$(BIN)/python -m tools.postgres

demo: setup  ## the bot with a simulated Telegram and a simulated biller, on a web page
	$(BIN)/loket demo

gallery: setup  ## docs/gallery.md: all messages as they look in a chat, from the real texts
	$(BIN)/python -m tools.gallery

card: setup browser  ## docs/pictures/kartu-reseller.png from docs/kartu-reseller.md (needs fonts-inter, fonts-noto-color-emoji)
	$(BIN)/python tools/reseller_card.py

CORES := $(shell getconf _NPROCESSORS_ONLN)
# Many tests wait for a bot that they started: two a core keep the cores busy.
WORKERS ?= $(shell expr 2 \* $(CORES))
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not prove"

test: setup browser postgres  ## every test but the long ones, in under six minutes
	$(PYTEST)

prove: setup postgres  ## the long tests: thousands of simulated worlds, thirteen hundred kills, every planted bug
	$(BIN)/python -m pytest -n $(CORES) --dist worksteal -m prove

coverage: setup browser postgres  ## the lines that `make test` runs
	$(PYTEST) --cov --cov-report=term:skip-covered

SEEDS ?= 0:500000

simulate: setup  ## half a million simulated worlds, or those of SEEDS=FIRST:LAST
	$(BIN)/python -m tests.simulation --seeds $(SEEDS)

.venv-run/ready: requirements.lock
	$(PYTHON) -m venv .venv-run
	.venv-run/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

.venv-bench/ready: tests/benchmarks/requirements.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/benchmarks/requirements.lock
	@touch $@

ROUNDS ?= 5

bench: setup .venv-run/ready .venv-bench/ready  ## Loket compared with what one would write instead: some 20 minutes; or PARTS=broadcast, PARTS=textbook, PARTS=postgres; or PARTS=growth or PARTS=desk, with 17 GB
	$(BIN)/python -m tests.benchmarks --rounds $(ROUNDS) $(PARTS)

check: setup  ## formatting, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup  ## lock the versions of pyproject.toml with their hashes (needs uv on the PATH)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --extra postgres pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --extra postgres pyproject.toml --group dev --output-file requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --group bench --output-file tests/benchmarks/requirements.lock

audit:  ## known faults of the locked libraries (needs uv on the PATH, and the network)
	uv tool run pip-audit@2.10.1 --strict --require-hashes --disable-pip --requirement requirements.lock

clean:
	rm -rf .venv .venv-run .venv-bench .bench
