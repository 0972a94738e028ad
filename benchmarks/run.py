"""Runs the measures side by side and judges them."""

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import time

from dev import database, environment, paths, server
from dev.progress import SetupError, say, step

from . import report

MEASURES = ("connector", "resync", "floor", "one_by_one")
PREFIX = "tts_bench"
LABEL_KB = "60"


class Bench:
    """The databases and the sandbox for one number of orders.

    :param env: the :class:`dev.environment.Env` to work in.
    :param orders: how many orders the sandbox serves.
    :param profile: let the measured processes say where statements and time went.
    :param keep: use the databases of the last time and leave them behind.
    """

    def __init__(self, env, orders, profile=False, keep=False):
        self.env = env
        self.orders = orders
        self.profile = profile
        self.keep = keep
        options = ("--profile", "bench", "--orders", str(orders))
        self.sandbox = server.SandboxServer(env, options=options)
        self.bases = {
            True: f"{PREFIX}_addon_{orders}",
            False: f"{PREFIX}_plain_{orders}",
        }
        self.results = {}
        self.round_seconds = 0.0
        self.failures = []

    def __enter__(self):
        self.sandbox.start()
        return self

    def __exit__(self, *_error):
        self.sandbox.stop()
        if not self.keep:
            for name in self.bases.values():
                database.drop(self.env, name)

    def stage(self):
        """Make the two databases that the measures start from."""
        for with_addon, name in self.bases.items():
            if self.keep and database.exists(self.env, name):
                if with_addon:
                    database.odoo(self.env, name, "-u", paths.MODULE)
                continue
            modules = (paths.MODULE,) if with_addon else ()
            database.fresh(self.env, name, modules)
            self._work("stage_addon" if with_addon else "stage_plain", name)

    def round(self, only):
        """Take each measure once, each on a fresh copy and in a fresh process."""
        start = time.monotonic()
        for name in MEASURES:
            if name in only and name != "resync":
                self._measure(name, [name, "resync"] if name == "connector" else [name])
        self._compare()
        self.round_seconds = time.monotonic() - start

    def _measure(self, name, measures):
        copy = f"{PREFIX}_run_{name}"
        base = self.bases[name == "connector"]
        database.drop(self.env, copy)
        database.sql(self.env, f'CREATE DATABASE "{copy}" TEMPLATE "{base}"')
        try:
            for measure in measures:
                result = self._work(measure, copy)
                self.results.setdefault(measure, []).append(result)
                rate = result["orders"] / result["seconds"]
                say(f"   {self.orders} orders, {measure}: {rate:.1f} orders/s")
                for problem in result["problems"]:
                    self.failures.append(f"{measure} of {self.orders}: {problem}")
        finally:
            database.drop(self.env, copy)

    def _compare(self):
        """All ways have to end in the same records."""
        last = {name: results[-1]["facts"] for name, results in self.results.items()}
        for name, found in last.items():
            for remote_id, order in last.get("floor", {}).items():
                other = found.get(remote_id)
                if other != order:
                    self.failures.append(
                        f"order {remote_id} by {name} is not what plain Odoo makes: "
                        f"{_difference(other or {}, order)}"
                    )
                    break

    def _work(self, measure, name):
        more = ("--profile",) if self.profile else ()
        return work(self.env, measure, name, self.sandbox.url, *more)


def work(env, *arguments):
    """Run a step in a process of its own and return its answer.

    :raise SetupError: the step failed; it has printed why
    """
    done = subprocess.run(
        [str(env.python), "-m", "benchmarks.worker", *arguments],
        cwd=paths.ROOT,
        env=env.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"the step {arguments[0]} failed; see above")
    return json.loads(done.stdout)


def measure_listings(env, count):
    """Take the measures of catalogue and stock on this many listings.

    :return: {measure: what the worker found}
    """
    name = f"{PREFIX}_listings_{count}"
    options = ("--profile", "bench", "--orders", "0", "--products", "0")
    sandbox = server.SandboxServer(env, options=(*options, "--skus", str(count)))
    sandbox.start()
    try:
        with step(f"a shop of {count} listings, and as many products"):
            database.fresh(env, name, (paths.MODULE,))
            work(env, "stage_listings", name, sandbox.url)
        return work(env, "listings", name, sandbox.url)
    finally:
        sandbox.stop()
        database.drop(env, name)


def measure_labels(env, count):
    """Take the measures of this many labels, of a realistic weight.

    :return: {measure: what the worker found}
    """
    name = f"{PREFIX}_labels_{count}"
    options = ("--profile", "bench", "--orders", "0", "--label-kb", LABEL_KB)
    sandbox = server.SandboxServer(env, options=options)
    sandbox.start()
    try:
        with step(f"{count} deliveries whose shipment is arranged"):
            database.fresh(env, name, (paths.MODULE,))
            work(env, "stage_labels", name, sandbox.url, "--count", str(count))
        return work(env, "labels", name, sandbox.url)
    finally:
        sandbox.stop()
        database.drop(env, name)


def measure_settlements(env, count):
    """Take the measures of a month in which this many orders settle.

    :return: {measure: what the worker found}
    """
    name = f"{PREFIX}_settlements_{count}"
    options = ("--profile", "bench", "--orders", str(count))
    sandbox = server.SandboxServer(env, options=options)
    sandbox.start()
    try:
        with step(f"a month of {count} transactions, and as many invoices"):
            database.fresh(env, name, (paths.MODULE,))
            work(env, "stage_settlements", name, sandbox.url)
        return work(env, "settlements", name, sandbox.url)
    finally:
        sandbox.stop()
        database.drop(env, name)


def measure_sales(env, count):
    """Take the measures of the sales analysis over this many orders.

    :return: {measure: what the worker found}
    """
    name = f"{PREFIX}_sales_{count}"
    options = ("--profile", "bench", "--orders", "1")
    sandbox = server.SandboxServer(env, options=options)
    sandbox.start()
    try:
        with step(f"{count} orders that were delivered and settled"):
            database.fresh(env, name, (paths.MODULE,))
            work(env, "stage_sales", name, sandbox.url, "--count", str(count))
        return work(env, "sales", name, sandbox.url)
    finally:
        sandbox.stop()
        database.drop(env, name)


def _difference(found, wanted):
    return {
        key: (found.get(key), wanted[key])
        for key in wanted
        if found.get(key) != wanted[key]
    }


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--orders", default="500,2000", help="numbers of orders, by comma")
    add("--repeat", default="3,1", help="rounds per number of orders, by comma")
    add("--listings", type=int, default=10_000, help="number of listings, 0 for none")
    add("--labels", type=int, default=300, help="number of labels, 0 for none")
    add("--settlements", type=int, default=10_000, help="transactions, 0 for none")
    add("--report", type=int, default=10_000, help="orders to analyse, 0 for none")
    add("--only", default=",".join(MEASURES), help="these measures, by comma")
    add("--minutes", type=float, default=10, help="no further rounds after these")
    add("--profile", action="store_true", help="show statements and functions")
    add("--keep", action="store_true", help="keep and use databases: faster again")
    return parser.parse_args()


def main():
    """Measure, print, write ``.dev/bench.json``; return 1 when something is wrong."""
    arguments = _arguments()
    # Being told to end, leave neither sandboxes nor databases behind.
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(143))
    try:
        return _run(arguments)
    except SetupError as error:
        say(f"\nerror: {error}")
        return 1


def _take_turns(benches, rounds, arguments):
    """Give each number of orders its rounds, in turns, as long as there is time."""
    end = time.monotonic() + 60 * arguments.minutes
    for number in range(max(rounds, default=0)):
        for bench, wanted in zip(benches, rounds, strict=True):
            in_time = time.monotonic() + bench.round_seconds < end
            if number < wanted and (in_time or not number):
                bench.round(arguments.only.split(","))


def _run(arguments):
    env = environment.ensure()
    sizes = [int(size) for size in arguments.orders.split(",") if size != "0"]
    rounds = [int(number) for number in arguments.repeat.split(",")]
    rounds = (rounds + rounds[-1:] * len(sizes))[: len(sizes)]
    with contextlib.ExitStack() as stack:
        benches = [
            stack.enter_context(Bench(env, size, arguments.profile, arguments.keep))
            for size in sizes
        ]
        for bench in benches:
            with step(f"databases for {bench.orders} orders"):
                bench.stage()
        _take_turns(benches, rounds, arguments)
    results = {bench.orders: bench.results for bench in benches}
    failures = [failure for bench in benches for failure in bench.failures]
    listings = measure_listings(env, arguments.listings) if arguments.listings else {}
    labels = measure_labels(env, arguments.labels) if arguments.labels else {}
    settled = (
        measure_settlements(env, arguments.settlements) if arguments.settlements else {}
    )
    sales = measure_sales(env, arguments.report) if arguments.report else {}
    parts = {
        "listings": listings,
        "labels": labels,
        "settlements": settled,
        "sales": sales,
    }
    for name, result in [row for part in parts.values() for row in part.items()]:
        failures += [f"{name}: {problem}" for problem in result["problems"]]
    figures = report.figures(results) | parts
    if arguments.profile:
        report.print_profile(results)
    report.show(figures)
    target = paths.LOCAL / "bench.json"
    target.write_text(json.dumps(figures, indent=2) + "\n")
    for failure in failures:
        print(f"WRONG: {failure}", file=sys.stderr)
    return 1 if failures else 0
