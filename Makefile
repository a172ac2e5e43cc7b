# make book   build the site to _build/html          make lab        the notebooks in JupyterLab
# make test   every check that CI runs               make serve      the built site on localhost:8000
# make notebooks   run the notebooks in place and store what they print
# make bench       every loss beside its fastest peer; writes benchmarks/table.md and the README (quiet machine!)
# make reproduce   what other machines would print, and where it is not what is stored (ARGS=--short: what CI runs)
# make stub      write lossutils/*.pyi, from which editors know the signatures
# make epub, make pdf   the course as one file, in _build/books; make anki   its cards as a deck for Anki
# make mutants   change one operator or number of the library at a time: do the tests notice? (ARGS="--sample 100")
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
export MPLBACKEND := agg
export PYTHONWARNINGS := ignore::DeprecationWarning:zmq

.PHONY: book test lab serve notebooks reproduce bench stub mutants lint browser epub pdf anki clean
.DEFAULT_GOAL := book

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "venv is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

book: $(READY)
	$(BIN)/jupyter-book build . --warningiserror --keep-going --quiet
	@echo "Open $(CURDIR)/_build/html/index.html"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: lint browser book
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest --nbval --nbval-sanitize-with tests/nbval.cfg notebooks

# The checks of the site drive a browser: one that is there, or else one installed here.
browser: $(READY)
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	test -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0; fi; \
	$(BIN)/playwright install chromium || \
	  { echo "The checks need a browser: sudo apt-get install chromium"; exit 1; }

lab: $(READY)
	env -u MPLBACKEND $(BIN)/jupyter lab notebooks

serve: book
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

notebooks: $(READY)
	$(BIN)/python notebooks/practice.py
	$(BIN)/python notebooks/run.py

reproduce: $(READY)
	$(BIN)/python notebooks/reproduce.py $(ARGS)

bench: $(READY)
	$(BIN)/python benchmarks/compare.py

stub: $(READY)
	$(BIN)/python tests/stub.py

mutants: $(READY)
	$(BIN)/python tests/mutants.py $(ARGS)

# `make epub pdf anki book`: the site then links all three.
epub: $(READY)
	rm -rf _build/epub
	$(BIN)/jupyter-book build . --builder custom --custom-builder epub --quiet
	@mkdir -p _build/books && cp _build/epub/loss-functions.epub _build/books/

pdf: book browser
	@mkdir -p _build/books
	$(BIN)/python book/pdf.py _build/html _build/books/loss-functions.pdf

anki: book
	@mkdir -p _build/books
	$(BIN)/python book/deck.py _build/html _build/books/loss-functions.apkg

clean:
	rm -rf _build .venv
