# One word per job. Needs make and Python 3.11 or newer (with venv); nothing else.
PYTHON ?= python3
PY := .venv/bin/python

.DEFAULT_GOAL := run
.PHONY: install install-dev run test test-services check messages bench clean

.venv/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Fieldlight needs Python 3.11 or newer: make PYTHON=python3.11")'
	@test -x $(PY) || $(PYTHON) -m venv .venv || (echo "On Debian and Ubuntu: apt install python3-venv"; exit 1)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

install: .venv/.installed  ## set up .venv alone

install-dev: .venv/.installed-dev  ## .venv with what tests and checks need

run: install  ## prepare everything and serve http://127.0.0.1:8000 (DEMO=0: without the demonstration)
	@FIELDLIGHT_DEMO=$${FIELDLIGHT_DEMO:-$(or $(DEMO),1)} $(PY) manage.py up

test: install-dev  ## all tests
	$(PY) -m tests.browser.chromium
	$(PY) -m pytest -q -n 2 -m "not processes and not browser"
# What drives real processes and a browser is asked once more before it counts as failed: machines are shared and busy.
	$(PY) -m pytest -q -m "processes or browser" || $(PY) -m pytest -q -m "processes or browser" --last-failed --last-failed-no-failures none

test-services: install-dev  ## the tests again on PostgreSQL and Redis, where they are found or can be started
	$(PY) -m tests.services $(PY) -m pytest -q -n 2 -m "not browser and not processes"

check: install-dev  ## lint, types, imports, templates, scripts (where Node is), migrations, deployment
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy accounts inference screening deploy manage.py
	.venv/bin/lint-imports
	$(PY) -m djlint templates --lint --quiet
	$(PY) -m tests.scripts
	$(PY) manage.py makemigrations --check --dry-run
	FIELDLIGHT_HTTPS=1 $(PY) manage.py check --deploy --fail-level WARNING

messages: install-dev  ## find every text, bring the translations in locale/ up to date, compile them, say what is missing
	$(PY) manage.py messages

bench: install-dev  ## measure, as ratios within one run; JSON on standard output
	@$(PY) -m tests.bench

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
