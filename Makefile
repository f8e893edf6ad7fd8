# make run    install everything (once), read ten example drawings, open the app and serve it until Ctrl-C
# make test   install everything (once) and run the tests
# make check  what else must hold: lint, types (of the page's modules too, where npm is), the house's import rules
# make format lay out Python, C++, JavaScript and CSS (ruff, clang-format, biome)
# make bundles  bundle the page's modules again, after one of them changed: src/digitlens/web/built/ (needs npm)
# make docs   write again what is made from the code: docs/commands.md, docs/api/, the fields in docs/recipes.md
# make native what concerns the compiled engine alone: under sanitizers, and an install without a compiler
# make wheels what a release holds: built, checked, installed without a compiler (this system's wheel; a few minutes)
# make fuzz   fuzz what parses bytes from outside, with feedback, a minute each (SECONDS=1800: half an hour); Linux
# make soak   the long tests in full: kills, mutants, download faults (about an hour)
#
# On Windows, or without make: the README shows the same in plain pip lines.

PYTHON ?= python3
# --cov-fail-under=100 where nothing is skipped: network/ and digits/ are covered to the last branch
GATE ?=
VENV ?= .venv
# of fuzzing each target
SECONDS ?= 60
BIN := $(VENV)/bin
CPP := $(wildcard src/digitlens/kernel/native/*.cpp src/digitlens/kernel/native/*.h)
NATIVE := $(CPP) src/digitlens/kernel/native/CMakeLists.txt
NODE := $(VENV)/node/node_modules/.bin
# Bytecode is kept: each worker compiles all tests otherwise. Four workers, because a test that drives a browser waits.
TESTS := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest

.PHONY: run test check format docs bundles native wheels fuzz soak clean

run: $(VENV)/installed
	@$(BIN)/digitlens read --examples
	@echo
	@$(BIN)/digitlens app

test: $(VENV)/installed-for-development
	$(TESTS) --numprocesses=4 --dist=worksteal --cov --cov-report=term:skip-covered $(GATE)

check: $(VENV)/installed-for-development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/clang-format --dry-run --Werror $(CPP)
	@if command -v npm >/dev/null; then \
	  $(MAKE) --no-print-directory $(NODE)/tsc && $(NODE)/biome format && $(NODE)/tsc -p tsconfig.json \
	  && echo "The page's modules: laid out, no type errors"; \
	else echo "Layout and types of the page's modules were not checked: install npm"; fi

format: $(VENV)/installed-for-development
	$(BIN)/ruff format
	$(BIN)/clang-format -i $(CPP)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(NODE)/tsc && $(NODE)/biome format --write; fi

docs: $(VENV)/installed-for-development
	$(BIN)/python tools/write_commands.py
	$(BIN)/python tools/write_fields.py
	$(BIN)/python tools/write_api.py

bundles: $(NODE)/esbuild
	node tools/build_page.mjs

native: $(VENV)/installed-for-development
	VENV=$(VENV) tools/sanitize.sh
	PYTHON=$(PYTHON) tools/without_compiler.sh

wheels:
	PYTHON=$(PYTHON) tools/build_wheels.sh

fuzz: $(VENV)/installed-for-fuzzing
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

soak: $(VENV)/installed-for-development
	DIGITLENS_SOAK=full $(TESTS) -m soak --timeout=0

clean:
	rm -rf build src/digitlens/kernel/_native.* $(VENV) .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(NODE)/tsc $(NODE)/esbuild &: | $(VENV)/installed-for-development
	npm install --silent --no-audit --no-fund --prefix $(VENV)/node typescript@~5.9 @biomejs/biome@~2.6 esbuild@0.28.2

$(VENV)/installed: pyproject.toml $(NATIVE)
	@echo "Installing Digitlens and the libraries that it needs into $(VENV): only once, and it takes a minute or two"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[all]'
	@touch $@

$(VENV)/installed-for-development: pyproject.toml $(NATIVE)
	@echo "Installing Digitlens and the tools to work on it into $(VENV): only once, and it takes a few minutes"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-for-notebooks: $(VENV)/installed-for-development
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,notebooks]'
	@touch $@

$(VENV)/installed-for-fuzzing: $(VENV)/installed-for-development
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,fuzz]'
	@touch $@
