PYTHON ?= python3
DEV = $(PYTHON) -m dev

.DEFAULT_GOAL := help
.PHONY: help demo test serve sandbox bench lint clean test-odoo env

help:
	@echo "make demo       everything from a bare machine to the main job, in a few minutes"
	@echo "make test       the tests; make test ARGS='-k name' runs some of them"
	@echo "make serve      Odoo with the addon in the browser, beside a running sandbox"
	@echo "make sandbox    the sandbox alone"
	@echo "make bench      the benchmark"
	@echo "make lint       style and import rules"
	@echo "make test-odoo  Odoo's own tests with and without the addon (about 20 minutes)"
	@echo "make env        prepare only; then 'source .dev/env.sh'"
	@echo "make clean      stop and remove what this checkout made; CACHE=1: downloads too"
	@echo
	@echo "ODOO_HOME=/path uses an Odoo 19 of yours, DATABASE_URL or PGHOST a PostgreSQL."

env:
	@$(DEV) env

demo:
	@$(DEV) run dev.demo $(ARGS)

test:
	@$(DEV) test $(ARGS)

serve:
	@$(DEV) serve $(ARGS)

sandbox:
	@$(DEV) sandbox $(ARGS)

bench:
	@$(DEV) run benchmarks $(ARGS)

lint:
	@$(DEV) lint

test-odoo:
	@$(DEV) test-odoo $(ARGS)

clean:
	@$(DEV) clean $(if $(CACHE),--cache)
