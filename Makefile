# `make` lists the tasks.

FOLDER ?= corpus

.PHONY: help test check fix quickstart docs coverage oldest package bench relevance campaigns

help:        ## list the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' Makefile
test:        ## run the tests
	@scripts/test
check:       ## check format, style, types, layers and documents
	@scripts/check
fix:         ## format the code and mend what ruff can
	@scripts/fix
quickstart:  ## index the bundled pages and ask a few questions
	@scripts/quickstart
docs:        ## check the documents alone
	@scripts/test tests/test_docs.py tests/test_query_language.py
coverage:    ## run the tests and measure which statements they reach
	@scripts/test --cov --cov-report term:skip-covered
oldest:      ## run the tests with the oldest dependencies allowed
	@scripts/oldest
package:     ## build the wheel and the sdist and try both
	@scripts/package
bench:       ## measure speed beside other engines: make bench FOLDER=pages
	@.venv/bin/python -m benchmarks.speed $(FOLDER)
relevance:   ## measure ranking on judged collections: make relevance FOLDER=data
	@.venv/bin/python -m benchmarks.relevance --data $(FOLDER)
campaigns:   ## try to break an index, a short run of each campaign
	@for name in crashes readers damage disk; do \
	    .venv/bin/python -m campaigns $$name || exit 1; done
