# make            list all targets
# make grade      grade the demonstration class
# make test       run all tests
#
# Works on Debian and Ubuntu with Python 3.10 to 3.13, its venv module and make. Everything is
# installed into .venv, once. Only the sandbox (bubblewrap) is a system package.
#
# PyTorch's ordinary Linux wheel brings 2 GB of CUDA libraries. To install its small CPU-only wheel
# instead, put the wheel into a folder: PIP_FIND_LINKS=folder make grade

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
WORKERS ?= 2
SEEDS ?= 30
SAMPLE ?= 300
REQUIREMENTS ?= requirements.txt
PYTHON ?= $(BIN)/python

.PHONY: help setup sandbox grade course lab lint test validate calibrate bench mutation mutants pins install
.PHONY: clean site

help:  ## list all targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' \
		| while IFS=$$'\t' read -r name text; do printf 'make %-9s %s\n' "$$name" "$$text"; done

grade: setup sandbox  ## build the course, grade the demonstration class, print the table of marks
	@$(BIN)/autograder build
	@$(BIN)/autograder demo

test: setup sandbox lint  ## run all tests except the slow ones (at most 10 minutes)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not slow and not browser"
	@$(BIN)/pytest -m "browser and not slow"  # games run in real time, so nothing else may run

lint: setup  ## run ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/mypy

course: setup  ## generate all notebooks again from solutions/
	@$(BIN)/autograder build

lab: setup  ## open JupyterLab on the course
	@# The server's root is the folder above: the formgrader links to solutions/ as well.
	@# In a container you are root, and Jupyter refuses root unless you allow it.
	@$(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/course \
		$$([ "$$(id -u)" != 0 ] || echo --allow-root)

setup: $(INSTALLED)

$(INSTALLED): requirements.txt pyproject.toml
	@# The pinned packages have wheels for these versions; students may have a newer Python.
	fits() { "$$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null; }
	python=
	for candidate in $(BIN)/python python3 python3.13 python3.12 python3.11 python3.10; do
		if fits $$candidate; then python=$$candidate; break; fi
	done
	if [ -z "$$python" ]; then
		echo "Grading needs Python 3.10 to 3.13; this machine has:" \
			"$$(python3 --version 2> /dev/null || echo no python3)." >&2
		package=
		for version in 3.13 3.12 3.11 3.10; do
			if apt-cache show python$$version-venv > /dev/null 2>&1; then
				package="python$$version python$$version-venv"; break
			fi
		done
		if command -v uv > /dev/null; then advice="uv venv --seed --python 3.13 $(VENV)"
		elif command -v conda > /dev/null; then advice="conda create --yes --prefix $(VENV) python=3.13"
		elif [ -n "$$package" ]; then advice="sudo apt install $$package"
		else advice="install uv (docs.astral.sh/uv), then uv venv --seed --python 3.13 $(VENV)"
		fi
		echo "To get one, run this, then run make again: $$advice" >&2
		exit 1
	fi
	if [ ! -x $(BIN)/pip ] && ! $$python -c 'import ensurepip, venv' 2> /dev/null; then
		version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
		if command -v uv > /dev/null; then advice="uv venv --seed --python $$version $(VENV)"
		else advice="sudo apt install python$$version-venv"
		fi
		echo "Python $$version has no venv module. To get it, run this, then run make again: $$advice" >&2
		exit 1
	fi
	echo "Installing the pinned packages into $(VENV). This takes a few minutes, only once."
	[ -x $(BIN)/pip ] || $$python -m venv $(VENV)
	export PIP_DISABLE_PIP_VERSION_CHECK=1
	$(BIN)/pip install --progress-bar off -r requirements.txt | awk '
		/^(Collecting|Processing) / { count += 1; if (count % 50 == 0) { print "  " count " packages found"; fflush() } }
		/^Installing collected/ { print "  installing them"; fflush() }
		/^Successfully/ { print "  done" }'
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# The grader refuses to work without its sandbox, so a failure here only prints what to do.
sandbox:
	@command -v bwrap > /dev/null && exit
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi
	if command -v apt-get > /dev/null && $$as_root true 2> /dev/null; then
		echo "Installing the sandbox (the Debian package bubblewrap)."
		$$as_root apt-get install -q -y --no-install-recommends bubblewrap > /dev/null \
			|| { $$as_root apt-get update -q > /dev/null \
			&& $$as_root apt-get install -q -y --no-install-recommends bubblewrap > /dev/null; } \
			|| true
	fi
	command -v bwrap > /dev/null || echo "The grader's sandbox is missing. Debian, Ubuntu:" \
		"sudo apt install bubblewrap" >&2

# Tests that `autograder validate` already runs.
ASKED_ABOVE := tests/course/test_mistakes.py::test_a_mistake_is_named \
	tests/course/test_right_answers.py::test_an_unusual_right_answer_gets_full_marks

validate: setup sandbox  ## prove that the course is right: references, mistakes, right answers, slow tests
	@$(BIN)/autograder validate
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -m slow $(ASKED_ABOVE:%=--deselect %)

calibrate: setup  ## measure the thresholds and learning curves of UNITS again (default: all); resumable
	@$(BIN)/autograder calibrate $(UNITS) --seeds $(SEEDS)

bench: setup sandbox  ## measure trainings and grading, beside others (docs/benchmark.md); resumable
	@$(BIN)/autograder bench

# Cosmic Ray gets its own folder, because students do not need it.
$(VENV)-mutation: | setup
	@$(BIN)/pip install --quiet --target $@ --constraint requirements.txt \
		-r mutation/requirements.txt

mutants: setup $(VENV)-mutation  ## ask the checks about mutants of the reference solutions of UNITS
	@PYTHONPATH=.:$(VENV)-mutation $(BIN)/python -m mutation.references $(UNITS) --jobs $(WORKERS)

mutation: setup $(VENV)-mutation  ## test the checks with SAMPLE mutants (docs/mutation.md); resumable
	@export PYTHONPATH=.:$(VENV)-mutation
	config=mutation/cosmic-ray.toml session=.autograder/mutation.sqlite
	if [ ! -f $$session ]; then
		mkdir -p .autograder
		echo "Looking for all mutants of the checks. This takes a minute."
		$(BIN)/python -m cosmic_ray.cli init $$config $$session.new
		$(BIN)/python -m cosmic_ray.tools.filters.operators_filter $$session.new $$config
		$(BIN)/python -m mutation.drawn $$session.new
		$(BIN)/python -m mutation.sample $$session.new --size $(SAMPLE)
		mv $$session.new $$session
	fi
	$(BIN)/python -m mutation $$session --workers $(WORKERS)

pins: setup  ## update requirements.txt from pyproject.toml (UPGRADE=--upgrade: newest versions)
	@$(BIN)/pip install --quiet uv
	UV_CUSTOM_COMPILE_COMMAND="make pins" $(BIN)/uv pip compile --quiet $(UPGRADE) --universal \
		--python-version 3.10 --all-extras --no-annotate pyproject.toml -o requirements.txt

# Sphinx, and the scripts that its pages load, get their own folder, because students do not need them.
SITE := $(VENV)-site

$(SITE)/installed: docs/site/requirements.txt docs/site/package.json | setup
	@command -v npm > /dev/null || { echo "make site needs npm: sudo apt install npm" >&2; exit 1; }
	$(BIN)/python -m venv $(SITE)
	$(SITE)/bin/pip install --quiet --disable-pip-version-check -r docs/site/requirements.txt
	cp docs/site/package.json $(SITE)
	npm install --silent --no-package-lock --prefix $(SITE)
	touch $@

site: $(SITE)/installed  ## build the documentation with search: dist/site/index.html
	@$(SITE)/bin/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going -c docs/site . dist/site
	echo "Open dist/site/index.html"

install: setup  ## install into PREFIX for all accounts of this machine; it holds no solutions
	@[ -n "$(PREFIX)" ] || { echo "Say where to: make install PREFIX=/opt/rl-course" >&2; exit 1; }
	umask 022
	[ -x $(PREFIX)/bin/pip ] || $(PYTHON) -m venv $(PREFIX)
	export PIP_DISABLE_PIP_VERSION_CHECK=1
	$(PREFIX)/bin/pip install --quiet --progress-bar off -r $(REQUIREMENTS)
	wheels=$$(mktemp -d)
	trap 'rm -rf "$$wheels"' EXIT
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$$wheels" .
	$(PREFIX)/bin/pip install --quiet --no-deps --force-reinstall "$$wheels"/*.whl
	echo "Installed: $(PREFIX)/bin/autograder, jupyter, nbgrader. The course folder stays closed:" \
		"chmod o= on it (docs/department.md)."
	folder=$$(readlink -f $(PREFIX)/bin/python)
	while [ "$$folder" != / ]; do
		if [[ $$(stat --format %A "$$folder") != *[xt] ]]; then
			echo "Other accounts cannot run it: its Python lies in $$folder, which is closed to them." \
				"Remove $(PREFIX) and add PYTHON=/usr/bin/python3." >&2
			break
		fi
		folder=$$(dirname "$$folder")
	done

clean:  ## remove what make installed; students' work and marks are kept
	rm -rf $(VENV) $(VENV)-mutation $(SITE) *.egg-info build .mypy_cache .pytest_cache .ruff_cache

.ONESHELL:
