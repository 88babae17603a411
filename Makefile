# For people: `make help` lists what there is. Needs Python 3.11 or newer; everything else goes into .venv.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
LOWEST := $(or $(shell python3.11 -c 'import sys; print(sys.executable)' 2> /dev/null),$(PYTHON))

KERNEL := $(wildcard dedup/kernel/*.cpp dedup/kernel/*.hpp) dedup/kernel/CMakeLists.txt

.DELETE_ON_ERROR:
.PHONY: help corpus dedup test test-lowest test-all test-tools test-browser lowest audit sbom check package sizes sanitize golden lexicon readme docs quality quality-update passages passages-update bench bench-peers bench-pages bench-index bench-grouping torture clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The exit code 1 of `dedup clean` says: done, but some inputs could not be used. That is no reason to stop here.
define cleaned
	@$(BIN)/dedup clean $(1) -o $(2) || { test $$? -eq 1 && echo "$(3)"; }
endef

corpus: $(VENV)/installed ## clean the demo corpus in seeds/ into out/corpus
	$(call cleaned,seeds,out/corpus,Exit code 1: two documents of the demo corpus are empty on purpose.)

dedup: $(VENV)/installed ## clean your own: make dedup IN="articles more/*.html" OUT=out
	@test -n "$(IN)" && test -n "$(OUT)" || { echo 'usage: make dedup IN="files and folders" OUT=folder' >&2; exit 2; }
	$(call cleaned,$(IN),$(OUT),Exit code 1: some inputs could not be used; see $(OUT)/failures.jsonl.)

test: $(VENV)/installed-dev ## run the tests, on all cores
	@$(BIN)/python -m pytest -n auto

test-lowest: .venv-lowest/installed ## run the tests with the lowest version of every dependency that pyproject.toml allows, on Python 3.11
	@.venv-lowest/bin/python -m pytest -n auto

test-all: ## run the tests on every Python from 3.11 to 3.14 that is on PATH, with the newest versions
	@failed=0; said=; for version in 3.11 3.12 3.13 3.14; do \
		if ! python$$version -c '' 2> /dev/null; then how="not on PATH, not tested"; \
		elif echo "── Python $$version ──"; $(MAKE) --no-print-directory test VENV=.venv-$$version PYTHON=python$$version; \
		then how="passed"; else how="FAILED"; failed=1; fi; \
		said="$$said\nPython $$version: $$how"; \
	done; printf "$$said\n"; exit $$failed

test-tools: $(VENV)/installed-dev .venv-tools/installed ## run the tests with DVC and with dolma, which have an environment of their own
	@PATH="$(abspath .venv-tools/bin):$$PATH" PYTHONPATH="$(abspath .venv-tools/dolma)" \
		$(BIN)/python -m pytest tests/test_attributes.py tests/test_examples.py -k "dvc or dolma"

test-browser: $(VENV)/installed-dev $(VENV)-browser/installed ## run the tests in a browser: the system's Chromium, driven by Playwright
	@.ci/chromium
	@PYTHONPATH="$(abspath $(VENV)-browser)" DEDUP_BROWSER=required $(BIN)/python -m pytest tests/test_browser.py tests/test_*_browser.py

torture: $(VENV)/installed-dev build/sanitize/built $(VENV)-torture/installed ## try all that a run must bear, and print the counts: make torture SHARE=10 ONLY="kills faults" NAME=parquet JSON=out.json
	@PYTHONPATH="$(abspath $(VENV)-torture)" $(BIN)/python -m tests.torture $(if $(SHARE),--share $(SHARE)) $(foreach part,$(ONLY),--only $(part)) $(if $(NAME),--name "$(NAME)") $(if $(LANES),--lanes $(LANES)) $(if $(SEED),--seed $(SEED)) $(if $(JSON),--json $(JSON))

check: $(VENV)/installed-dev ## lint, format, types and tests: what must pass before a commit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

package: ## build dist/, check it, and run the demo corpus through its wheel as pipx and uv install it
	rm -rf dist .venv-package
	$(PYTHON) -m venv .venv-package
	.venv-package/bin/python -m pip install -qq --disable-pip-version-check build check-wheel-contents pipx twine uv
	.venv-package/bin/python -m build
	.venv-package/bin/twine check --strict dist/*
	.venv-package/bin/check-wheel-contents dist
	.venv-package/bin/pipx run --spec "$$(echo $(CURDIR)/dist/*.whl)" dedup --version
	.venv-package/bin/uv run --no-project --isolated --python $(PYTHON) --with dist/*.whl python .ci/smoke.py

sizes: ## measure what dedup and its extras take, in MB and ms, and rewrite the table in README.md
	test -e .venv-sizes/bin/python || $(PYTHON) -m venv .venv-sizes
	.venv-sizes/bin/python -m pip install -qq --disable-pip-version-check -U pip packaging
	.venv-sizes/bin/python -m pip install -qq --disable-pip-version-check -e ".[$$(.venv-sizes/bin/python -m benchmarks.sizes --extras)]"
	@.venv-sizes/bin/python -m benchmarks.sizes --update

sanitize: $(VENV)/installed-dev build/sanitize/built ## build the kernel with AddressSanitizer and UBSan, and run its tests under them
	LD_PRELOAD="$$($(CXX) -print-file-name=libasan.so) $$($(CXX) -print-file-name=libubsan.so)" \
		ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 PYTHONMALLOC=malloc \
		DEDUP_KERNEL=python $(BIN)/python -m tests.kernels build/sanitize -q tests/test_kernel.py tests/test_kernel_align.py tests/test_kernel_blocks.py tests/test_kernel_decide.py tests/test_cluster.py tests/test_codes.py tests/test_kernel_group.py tests/test_kernel_judge.py tests/test_kernel_rules.py tests/test_kernel_texts.py tests/test_kernel_trees.py tests/test_kernel_verify.py tests/test_lines.py tests/test_losses.py tests/test_packed.py tests/test_seeded.py tests/test_stored.py tests/test_strings.py tests/test_whole.py tests/test_text_words.py tests/test_html_same.py tests/test_html_slim.py tests/test_html_tree.py -k "not metadata and not time"

PINNED := uv pip compile -q --upgrade --system-certs --no-annotate --no-header --generate-hashes --python-version 3.11
lowest: $(BIN)/python ## pin anew, with hashes, what test-lowest and the tools of CI install; after every change of a dependency in pyproject.toml
	$(BIN)/python -m pip install -qq --disable-pip-version-check uv
	$(BIN)/$(PINNED) --resolution lowest-direct --extra dev pyproject.toml -o .ci/lowest.txt
	for group in audit browser dvc sanitize torture; do $(BIN)/$(PINNED) --universal --group $$group -o .ci/$$group.txt; done
	$(BIN)/$(PINNED) --no-deps --group dolma -o .ci/dolma.txt

audit: .venv-audit/installed $(VENV)/installed ## look for insecure code (bandit) and for known holes in what is installed (pip-audit asks PyPI)
	@.venv-audit/bin/bandit -q -c pyproject.toml -r dedup packaging
	@if .venv-audit/bin/python -c 'import requests; requests.get("https://pypi.org/pypi/pip/24.0/json", timeout=20).raise_for_status()' 2> /dev/null; \
	then .venv-audit/bin/pip-audit --progress-spinner off --skip-editable \
		--path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"; \
	else echo "PyPI's list of known holes cannot be asked from here: NOT looked for any in what is installed."; fi

sbom: .venv-audit/installed .venv-sbom/installed ## write out/sbom.json: all that dedup brings, as a CycloneDX bill of materials
	@.venv-audit/bin/python packaging/sbom.py .venv-sbom/bin/python out/sbom.json

golden: $(VENV)/installed-dev ## rewrite what fixtures/golden wants; the diff is the review
	$(BIN)/python -m tests.golden --update

lexicon: $(VENV)/installed ## read off anew what the rules of the lexicon cannot match without; after every change to them
	$(BIN)/python -m dedup.clauses

readme: $(VENV)/installed-dev ## rewrite the outputs that README.md and the pages of docs/ show
	$(BIN)/python -m tests.test_readme --update
	$(BIN)/python -m tests.test_docs --update

docs: $(VENV)/installed-docs ## build the documentation site into out/docs
	@$(BIN)/python -m sphinx -E --fail-on-warning --keep-going --nitpicky -q -d out/docs.work docs out/docs
	@echo "The site: out/docs/index.html"

quality: $(VENV)/installed-bench ## quality of extraction and of passages: make quality PAGES="a.jsonl.gz folder" TEXTS="b.jsonl.gz" WORST=10
	@$(BIN)/python -m benchmarks.quality $(PAGES) $(if $(WORST),--worst $(WORST)) $(if $(JSON),--json $(JSON))
	@$(BIN)/python -m benchmarks.passages $(TEXTS) --jobs 2

quality-update: $(VENV)/installed-bench ## raise the floors of benchmarks/floors.toml to what is reached
	@$(BIN)/python -m benchmarks.quality $(PAGES) --only dedup --update

passages: $(VENV)/installed ## near-duplicate passages: make passages TEXTS="a.jsonl.gz" CASES=40 ONLY=ocr-5 JSON=out.json
	@$(BIN)/python -m benchmarks.passages $(TEXTS) $(if $(CASES),--cases $(CASES)) $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(JSON))

passages-update: $(VENV)/installed ## raise the floors of passages, those of the tests as well, to what is reached
	@$(BIN)/python -m benchmarks.passages $(TEXTS) --update
	@$(BIN)/python -m benchmarks.passages --cases 16 --update

bench: $(VENV)/installed ## speed beside the peers: make bench ROWS="documents passages" SIZES="100000" ROUNDS=3 SLOW=1
	@test -e bench/.venv/installed || echo "No peers: \`make bench-peers\` installs them. Their lines will say that they failed."
	@$(BIN)/python -m benchmarks.speed $(if $(ROWS),--only $(ROWS)) $(if $(SIZES),--sizes $(SIZES)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SLOW),--slow)

bench-peers: bench/.venv/installed ## install what `make bench` compares with, into bench/.venv

bench/.venv/installed: bench/requirements-peers.txt
	$(PYTHON) -m venv bench/.venv
	bench/.venv/bin/python -m pip install -qq --disable-pip-version-check -r bench/requirements-peers.txt
	@touch $@

bench-pages: $(VENV)/installed ## speed and memory beside trafilatura: make bench-pages PAGES="a.jsonl.gz" SIZES="300 1200"
	@$(BIN)/python -m benchmarks.speed_pages $(PAGES) $(if $(SIZES),--sizes $(SIZES))

bench-index: $(VENV)/installed ## a batch against an index beside one run over all: make bench-index SIZE=101000 TEXTS=a.jsonl.gz
	@$(BIN)/python -m benchmarks.incremental $(if $(TEXTS),--texts $(TEXTS)) $(if $(SIZE),--size $(SIZE)) $(if $(ROUNDS),--rounds $(ROUNDS))

bench-grouping: $(VENV)/installed ## grouping of generated band keys: make bench-grouping PASSAGES=100_000_000 BANDS=20 FOLDER=/scratch JSON=out.json
	@$(BIN)/python -m benchmarks.grouping $(if $(PASSAGES),--passages $(PASSAGES)) $(if $(BANDS),--bands $(BANDS)) $(if $(FOLDER),--folder $(FOLDER)) $(if $(JSON),--json $(JSON))

clean: ## remove .venv, caches, corpora and out/
	rm -rf $(VENV) .venv-* bench/.venv bench/data out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

build/sanitize/built: $(KERNEL) $(VENV)/installed-sanitize
	@echo "building the kernel with sanitizers ..."
	@$(BIN)/cmake -S dedup/kernel -B build/sanitize -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja \
		-DPython_EXECUTABLE=$(abspath $(BIN))/python -DDEDUP_SANITIZE=ON > build-sanitize.log
	@$(BIN)/cmake --build build/sanitize >> build-sanitize.log || { cat build-sanitize.log; exit 1; }
	@rm build-sanitize.log && touch $@

# Marks of what is installed: made again only when pyproject.toml or the kernel's sources change.

# pip 23.2, as it comes with Python 3.11, takes minutes to find versions that go together, where 26 takes seconds.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check -U pip

$(VENV)/installed: pyproject.toml $(KERNEL) | $(BIN)/python
	@echo "installing dedup into $(VENV) ..."
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e .
	@touch $@

# All versions are pinned: to look for ones that go together, with the lowest of some, takes pip ten minutes in vain.
.venv-lowest/installed: .ci/lowest.txt .ci/lowest-build.txt pyproject.toml $(KERNEL)
	@echo "installing dedup and the lowest versions of what its tests need into .venv-lowest ..."
	$(LOWEST) -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip install -qq --disable-pip-version-check -U pip
	.venv-lowest/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r .ci/lowest.txt
	.venv-lowest/bin/python -m pip install -qq --disable-pip-version-check --no-deps --build-constraint .ci/lowest-build.txt -e .
	@touch $@

# DVC brings 60 packages and 130 MB that no test but one needs; of dolma its compiled part is wanted only.
.venv-tools/installed: .ci/dvc.txt .ci/dolma.txt
	@echo "installing DVC and dolma into .venv-tools ..."
	$(PYTHON) -m venv --clear .venv-tools
	.venv-tools/bin/python -m pip install -qq --disable-pip-version-check -U pip
	.venv-tools/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/dvc.txt
	.venv-tools/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --target .venv-tools/dolma -r .ci/dolma.txt
	@touch $@

.venv-audit/installed: .ci/audit.txt
	@echo "installing bandit, pip-audit and cyclonedx-bom into .venv-audit ..."
	$(PYTHON) -m venv --clear .venv-audit
	.venv-audit/bin/python -m pip install -qq --disable-pip-version-check -U pip
	.venv-audit/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/audit.txt
	@touch $@

# What users have: nothing of pip's is left there.
.venv-sbom/installed: pyproject.toml $(KERNEL)
	@echo "installing dedup alone into .venv-sbom ..."
	$(PYTHON) -m venv --clear .venv-sbom
	.venv-sbom/bin/python -m pip install -qq --disable-pip-version-check -U pip
	.venv-sbom/bin/python -m pip install -qq --disable-pip-version-check .
	.venv-sbom/bin/python -m pip uninstall -qq --disable-pip-version-check -y setuptools pip
	@touch $@

# Beside $(VENV), not in it: 170 MB, Node for the most part, that are there in seconds as no kernel is built for it.
# axe-playwright-python (MIT) has axe-core (MPL-2.0) in it; both are for tests only.
$(VENV)-browser/installed: .ci/browser.txt | $(BIN)/python
	@echo "installing Playwright and axe-core into $(VENV)-browser ..."
	rm -rf $(VENV)-browser
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --target $(VENV)-browser -r .ci/browser.txt
	@touch $@

# Beside $(VENV), too: 60 MB that only fuzzing needs. Where there is no wheel (macOS, Python 3.14), that part is skipped.
$(VENV)-torture/installed: .ci/torture.txt | $(BIN)/python
	@rm -rf $(VENV)-torture && mkdir $(VENV)-torture
	@echo "installing atheris into $(VENV)-torture ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --only-binary :all: --require-hashes --target $(VENV)-torture -r .ci/torture.txt \
		|| echo "no atheris for this Python: nothing will be fuzzed"
	@touch $@

$(VENV)/installed-sanitize: .ci/sanitize.txt | $(BIN)/python
	@echo "installing what builds the kernel into $(VENV) ..."
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/sanitize.txt
	@touch $@

$(VENV)/installed-bench: pyproject.toml $(KERNEL) | $(BIN)/python
	@echo "installing dedup and what it is compared with into $(VENV) ..."
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev,bench]'
	@touch $(VENV)/installed $(VENV)/installed-dev $@

$(VENV)/installed-docs: pyproject.toml $(KERNEL) | $(BIN)/python
	@echo "installing dedup and Sphinx into $(VENV) ..."
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[docs]'
	@touch $(VENV)/installed $@

$(VENV)/installed-dev: pyproject.toml $(KERNEL) | $(BIN)/python
	@echo "installing dedup and what its tests need into $(VENV) ..."
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	@touch $(VENV)/installed $@
