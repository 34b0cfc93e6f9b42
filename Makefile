# make run     install what the dashboard needs into .venv and start it
# make test    lint, type-check and run every test, in a real Chromium too
# make help    everything else

PYTHON ?= python3
VENV ?= .venv
# More options for what is started: make run ARGS="--server.port 9000"
ARGS ?=
# Test processes at once: one a core, four at most.
PARALLEL ?= -n auto --maxprocesses 4
# What Hypothesis tries: the same for everybody, so that nothing fails by chance alone.
EXAMPLES := --hypothesis-profile=ci
# Every test process reads all modules: let Python keep them compiled.
unexport PYTHONDONTWRITEBYTECODE

BIN := $(VENV)/bin
# pytest's exit status 5, no test selected, is fine only where ARGS narrows the selection.
MAY_SELECT_NONE := $(if $(ARGS),|| [ $$? -eq 5 ])
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint format bench picture screenshot browser clean FORCE

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r target text; do printf '%-18s %s\n' "$$target" "$$text"; done

# Streamlit takes the next port where nobody named one, and says nothing of it.
define PORT_TAKEN
import re, socket, sys
named = re.search(r"--server\.port[ =](\d+)", sys.argv[1])
port = int(named[1]) if named else 8501
remedy = f'Name a free one: make run ARGS="--server.port {port + 1}"'
if port < 2**16 and not socket.socket().connect_ex(("127.0.0.1", port)):
    if named:
        sys.exit(f"Port {port} is taken by another program. {remedy}")
    print(f"Port {port} is taken by another program, so the next free one is used. {remedy}")
endef
export PORT_TAKEN

run: $(VENV)/.installed-run ## Start the dashboard (options for Streamlit in ARGS)
	@$(BIN)/python -c "$$PORT_TAKEN" '$(ARGS)'
	$(BIN)/python -m streamlit run streamlit_app.py $(ARGS)

# First everything side by side, the screens in a browser last: what fails there is run once more,
# alone, as two browsers on two busy cores may keep one waiting. A measured time needs a quiet
# machine: those tests run one after another, at the end, what fails once more. Each part names its
# slowest.
test: lint browser ## Lint, type-check, run every test (options for pytest in ARGS)
	$(BIN)/python -m pytest -m "not (browser or timing)" $(PARALLEL) --dist loadfile $(EXAMPLES) \
	  $(ARGS) $(MAY_SELECT_NONE)
	$(BIN)/python -m pytest -m "browser and not timing" $(PARALLEL) --dist worksteal \
	  $(or $(ARGS),tests/browser) $(MAY_SELECT_NONE) || \
	  $(BIN)/python -m pytest -m "browser and not timing" --last-failed --last-failed-no-failures none
	$(BIN)/python -m pytest -m timing $(or $(ARGS),tests) $(MAY_SELECT_NONE) || \
	  $(BIN)/python -m pytest -m timing --last-failed --last-failed-no-failures none

lint: $(VENV)/.installed-dev ## Lint, check the formatting and the types
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

format: $(VENV)/.installed-dev ## Repair what the linter can repair, and format
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

bench: $(VENV)/.installed-bench browser ## Measure the training against its peers (options in ARGS)
	$(BIN)/python -m benchmarks $(ARGS)

picture: $(VENV)/.installed-dev ## Renew docs/architecture.svg from the code
	$(BIN)/python -m docs.draw_architecture

screenshot: browser ## Renew README's pictures and film from the real dashboard
	$(BIN)/python -m tests.browser.screenshot --height 900 --scale 1.2
	$(BIN)/python -m tests.browser.screenshot --step 0 --height 900 --scale 1.2 --output docs/cured.png \
	  --path "/Exploding_gradients?scene=dead_network&run=yes&cure=warm_up&at=20000&play=no" \
	  --wait-for "It helps:"
	$(BIN)/python -m tests.browser.screenshot --step 0 --height 900 --scale 1.2 --output docs/compare.png \
	  --color-scheme dark --path "/Compare?run=fifty_neurons&run=exploding_wide&run=rescued_by_warmup&run=rescued_by_clipping&at=400&play=no" \
	  --wait-for "The loss rises with"
	$(BIN)/python -m tests.browser.film

browser: $(VENV)/.installed-dev ## Find a Chromium for the tests, or install one
	@$(BIN)/python -m tests.browser.chromium

clean: ## Remove .venv and everything that was made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than the list it was installed from, so that a second `make test` installs
# nothing. What requirements.txt gains, the other two lists gain.
$(VENV)/.installed-run: requirements.txt $(BIN)/python
$(VENV)/.installed-dev: requirements-dev.txt requirements.txt $(BIN)/python
$(VENV)/.installed-bench: requirements-bench.txt requirements.txt $(BIN)/python
$(VENV)/.installed-%:
	@echo "Installing $< into $(VENV): a few minutes the first time."
	$(PIP) install --quiet --requirement $<
	@touch $@

# An environment whose interpreter has gone, or is too old, is made again.
NEW_ENOUGH := import sys; print(sys.version_info >= (3, 11))
ifneq ($(shell test -x $(BIN)/python && $(BIN)/python -c "$(NEW_ENOUGH)"),True)
$(BIN)/python: FORCE
endif
$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	  echo "The dashboard needs Python 3.11 or newer, and '$(PYTHON)' is" \
	    "$$($(PYTHON) --version 2>&1 || true)."; \
	  echo "Name another one: make $(or $(MAKECMDGOALS),run) PYTHON=/path/to/python3.12"; \
	  exit 1; } >&2
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  rm -rf $(VENV); exit 1; }
