# Everything that one does with this project. `make` lists it.
.DEFAULT_GOAL := help
export OMP_NUM_THREADS ?= 1
export RASA_TELEMETRY_ENABLED = false
# Each process that a test starts would compile the whole program again.
export PYTHONDONTWRITEBYTECODE =
UV := $(shell command -v uv 2>/dev/null || echo .tools/uv/bin/uv)
PYTHON := .venv/bin/python
THREADS ?= 2
TESTS ?= 3

.PHONY: help install run train learned test quick lint format encoder upgrade sbom clean

help: ## list what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.tools/uv/bin/uv:
	python3 -m venv .tools/uv
	.tools/uv/bin/pip install --quiet uv

ifeq ($(UV),.tools/uv/bin/uv)
UV_NEEDED := .tools/uv/bin/uv
endif

.venv/.complete: pyproject.toml uv.lock | $(UV_NEEDED)
	$(UV) sync --locked --no-dev
	@# What the program needs must be here without the tools of the tests, which bring libraries of their own. In
	@# this order: the screener first, else Rasa's libraries announce on the terminal what they will drop.
	$(PYTHON) -W ignore -c "import bot.assistant.components.screener, bot.assistant.assistant, bot.server"
	@touch $@

.venv/.complete-dev: pyproject.toml uv.lock | $(UV_NEEDED)
	$(UV) sync --locked
	@touch $@ .venv/.complete

install: .venv/.complete ## install what the program needs

run: .venv/.complete ## serve on http://localhost:8080; after a change of the data a new model is learned meanwhile
	@$(PYTHON) -m bot serve --learn

train: .venv/.complete ## train the model when its data changed
	$(PYTHON) -m bot train

learned: .venv/.complete ## learn what changed into learned/, which comes with the project (up to two hours)
	$(PYTHON) -m bot train --ship

test: .venv/.complete .venv/.complete-dev ## run all checks and tests, the browser's included
	sh tests/find-chromium.sh
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m vulture
	$(PYTHON) -m bot train
	@# Three processes on two cores, as some tests wait; in the order of the folders, else the longest come last and alone.
	$(PYTHON) -m pytest -q -n $(TESTS) --dist loadfile --no-loadscope-reorder

quick: .venv/.complete-dev ## run the tests of single parts: a minute and a half on two cores
	$(PYTHON) -m pytest -q -m "not model and not browser and not postgres and not program" -n 2 --dist loadfile

lint: .venv/.complete-dev ## check form, types, and that no code is dead
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m vulture

format: .venv/.complete-dev ## bring the code into form
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

encoder/.venv/.complete: encoder/requirements.txt | .venv/.complete
	$(PYTHON) -m venv encoder/.venv
	encoder/.venv/bin/pip install --quiet -r encoder/requirements.txt
	@touch $@

encoder: encoder/.venv/.complete ## fine-tune and export the sentence encoder (hours; seldom needed)
	@# Waiting threads sleep instead of spinning: beside other work that is half as fast again.
	OMP_NUM_THREADS=$(THREADS) OMP_WAIT_POLICY=PASSIVE encoder/.venv/bin/python -m encoder.train --threads $(THREADS) --out build/encoder
	encoder/.venv/bin/python -m encoder.export build/encoder/tuned.pt --out encoder/model
	encoder/.venv/bin/python -m encoder.dialogue_layers --threads $(THREADS)
	encoder/.venv/bin/python -m encoder.graft

upgrade: ## bring the service to VERSION, with a backup into BACKUP, and back when that fails
	@sh deploy/upgrade.sh

sbom: | $(UV_NEEDED) ## list every library, as CycloneDX, in build/sbom.cdx.json
	@mkdir -p build
	$(UV) export --quiet --locked --no-dev --format cyclonedx1.5 --output-file build/sbom.cdx.json
	@echo build/sbom.cdx.json

clean: ## remove what was built; keys and database stay
	rm -rf .venv .tools models .rasa build .mypy_cache .ruff_cache .pytest_cache
