VENV := .venv
PY := $(VENV)/bin/python
# The first that runs: python3.11 can be on PATH without being usable (version managers do that).
PYTHON ?= $(shell for name in python3.11 python3; do $$name -c "" 2>/dev/null && echo $$name && break; done)
PIP := $(PY) -m pip install -q --no-compile --disable-pip-version-check -c constraints.txt
PORT ?= 8000
PROSE := chapters relulab site tests benchmarks README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md CODE_OF_CONDUCT.md CITATION.cff Makefile

INSTALLED := $(VENV)/.installed
VENDOR := site/vendor/.installed

.PHONY: help book pdf epub slides links test fuzz test-pages labs lab serve figures bench bench-peers lint lock clean
.DEFAULT_GOAL := help

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

book: $(INSTALLED) $(VENDOR) ## run every chapter and build the book (ONLY=part3/linear: that one, a draft; SOLUTIONS=0: none)
	@ONLY="$(ONLY)" SOLUTIONS="$(SOLUTIONS)" $(PY) site/build_book.py

pdf: book ## print the built book to _build/relulab.pdf
	@$(PY) site/ensure_browser.py
	@$(PY) site/make_pdf.py

epub: book ## make the book as an ePub, _build/relulab.epub
	@$(PY) site/make_epub.py

slides: book ## make the slides of the 90-minute lecture, _build/slides/index.html
	@$(PY) site/make_slides.py

links: book ## ask other hosts whether the pages that the book links to are there
	@$(PY) site/check_links.py

test: $(INSTALLED) $(VENDOR) ## run the tests: units, doctests, a small book in a browser
	@$(PY) site/ensure_browser.py
	@$(PY) site/run_tests.py

fuzz: $(INSTALLED) ## decide and check thousands of odd problems, true and forged (FUZZ=5200)
	@FUZZ=$(or $(FUZZ),5200) $(PY) -m pytest -s tests/certify/test_fuzz.py tests/audit/test_agreement.py \
		tests/certify/all_patterns/test_by_signs.py tests/certify/exact_network/test_fuzz_exact.py

test-pages: book ## open every page of the built book in a browser
	@$(PY) site/ensure_browser.py
	@$(PY) site/run_tests.py pages

labs: $(INSTALLED) ## run the labs of Part V with other seeds (SEEDS="1 2 3") and print their claims
	@$(PY) site/run_labs.py $(or $(SEEDS),1)

lab: $(INSTALLED) ## open the chapters as notebooks in JupyterLab
	@JUPYTER_CONFIG_PATH="$(CURDIR)/site/lab" $(PY) -m jupyterlab --ip=127.0.0.1 --notebook-dir=chapters

serve: book ## serve the built book on http://127.0.0.1:8000 (PORT=...)
	@$(PY) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

figures: $(INSTALLED) ## compute all figures again into figures/ and compare (SCALE=paper: the paper's grid)
	@$(VENV)/bin/relulab reproduce --scale $(or $(SCALE),book) --out figures

bench: $(INSTALLED) ## time the library against its peers
	@$(PY) -m benchmarks

bench-peers: $(INSTALLED) ## time the library beside its peers, in an environment of its own (.bench), and store the tables
	@$(PY) -m venv .bench
	@$(PY) -c "import sysconfig; print(sysconfig.get_paths()['purelib'])" > "`.bench/bin/python -c \
		"import sysconfig; print(sysconfig.get_paths()['purelib'])"`/book.pth"
	@.bench/bin/python -m pip install -q --disable-pip-version-check --no-deps --upgrade -r benchmarks/peers.txt
	@.bench/bin/python -W ignore -m benchmarks.peers

lint: $(INSTALLED) ## check style, types, spelling, the plan of the house and the chapters' form
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(VENV)/bin/lint-imports --no-cache --no-logo
	@$(PY) -m mypy
	@$(PY) site/lint_chapters.py
	@$(PY) -m codespell_lib $(PROSE)

lock: $(INSTALLED) ## renew constraints.txt and package-lock.json
	@$(PIP) uv
	@$(PY) -m uv pip compile -q --universal --python-version 3.11 --all-extras \
		--no-emit-index-url --no-annotate --no-header --upgrade pyproject.toml -o constraints.txt
	@$(PY) site/install_vendor.py --renew

clean: ## remove everything that was built (.venv stays)
	@rm -rf _build dist build node_modules site/vendor .pytest_cache .ruff_cache

$(INSTALLED): constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python found: install Python 3.11 or newer."; exit 1; }
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
		echo "relulab needs Python 3.11 or newer, and $(PYTHON) is `"$(PYTHON)" -V`."; \
		echo "Install one, or name it: make $(firstword $(MAKECMDGOALS)) PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info >= (3, 15))" || { \
		echo "$(PYTHON) is `"$(PYTHON)" -V`, for which CVXPY has no wheel yet: the book needs 3.11 to 3.14."; \
		echo "Name one of them: make $(firstword $(MAKECMDGOALS)) PYTHON=/path/to/python3.14"; exit 1; }
	@"$(PYTHON)" -c "import platform as p, sys; v = p.mac_ver()[0]; \
		sys.exit(bool(v) and (p.machine() == 'x86_64' or int(v.split('.')[0]) < 14))" || { \
		echo "PyTorch 2.13 has no wheel for this Mac: it needs macOS 14 and Apple silicon."; \
		echo "The library installs without it (pip install .); the book builds on Linux, Windows and newer Macs."; \
		exit 1; }
	@"$(PYTHON)" -c "import ensurepip, venv" 2>/dev/null || { \
		echo "$(PYTHON) cannot create virtual environments. On Debian and Ubuntu: apt-get install \
	`"$(PYTHON)" -c "import sys; print('python%d.%d-venv' % sys.version_info[:2])"`"; exit 1; }
	@echo "Installing the book's tools into $(VENV) (once; minutes)"
	@"$(PYTHON)" -m venv $(VENV)
ifdef TORCH_INDEX
	@$(PIP) --no-deps --index-url $(TORCH_INDEX) torch
endif
	@$(PIP) -e ".[book,test,cluster]"
	@$(PY) -m compileall -qq -j 0 -x '/tests/' $(VENV)/lib || true # pip would, on one core; what was never Python fails
	@touch $@

$(VENDOR): package-lock.json site/install_vendor.py $(INSTALLED)
	@$(PY) site/install_vendor.py
	@touch $@
