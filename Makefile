# Short names. Everything here also works without make: see the scripts in packaging/.
.PHONY: run test check bench format lock

run:
	sh packaging/run.sh

test:
	sh packaging/test.sh

check:
	sh packaging/check.sh

bench:
	sh packaging/bench.sh

format:
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

lock:
	sh packaging/lock.sh
