"""Runs the measures side by side and judges them."""

import argparse
import json
import subprocess
import sys

from dev import database, environment, paths, server
from dev.progress import SetupError, say, step

from . import report

MEASURES = ("connector", "resync", "floor", "one_by_one")
PREFIX = "tts_bench"


class Bench:
    """The databases and the sandbox for one number of orders.

    :param env: the :class:`dev.environment.Env` to work in.
    :param orders: how many orders the sandbox serves.
    """

    def __init__(self, env, orders, profile=False):
        self.env = env
        self.orders = orders
        self.profile = profile
        options = ("--profile", "bench", "--orders", str(orders))
        self.sandbox = server.SandboxServer(env, options=options)
        self.bases = {
            True: f"{PREFIX}_addon_{orders}",
            False: f"{PREFIX}_plain_{orders}",
        }
        self.results = {}
        self.failures = []

    def __enter__(self):
        self.sandbox.start()
        return self

    def __exit__(self, *_error):
        self.sandbox.stop()
        for name in self.bases.values():
            database.drop(self.env, name)

    def stage(self):
        """Make the two databases that the measures start from."""
        for with_addon, name in self.bases.items():
            modules = (paths.MODULE,) if with_addon else ()
            database.fresh(self.env, name, modules)
            self._work("stage_addon" if with_addon else "stage_plain", name)

    def round(self, only):
        """Take each measure once, each on a fresh copy and in a fresh process."""
        for name in MEASURES:
            if name in only and name != "resync":
                self._measure(name, [name, "resync"] if name == "connector" else [name])
        self._compare()

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
        command = [str(self.env.python), "-m", "benchmarks.worker"]
        command += [measure, name, self.sandbox.url]
        command += ["--profile"] if self.profile else []
        done = subprocess.run(
            command,
            cwd=paths.ROOT,
            env=self.env.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SetupError(f"the step {measure} failed; see above")
        return json.loads(done.stdout)


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
    add("--only", default=",".join(MEASURES), help="these measures, by comma")
    add("--profile", action="store_true", help="show statements and functions")
    return parser.parse_args()


def main():
    """Measure, print, write ``.dev/bench.json``; return 1 when something is wrong."""
    arguments = _arguments()
    try:
        return _run(arguments)
    except SetupError as error:
        say(f"\nerror: {error}")
        return 1


def _run(arguments):
    env = environment.ensure()
    sizes = [int(size) for size in arguments.orders.split(",")]
    rounds = [int(number) for number in arguments.repeat.split(",")]
    results, failures = {}, []
    for position, size in enumerate(sizes):
        with Bench(env, size, arguments.profile) as bench:
            with step(f"databases for {size} orders"):
                bench.stage()
            for _round in range(rounds[min(position, len(rounds) - 1)]):
                bench.round(arguments.only.split(","))
            results[size] = bench.results
            failures += bench.failures
    figures = report.figures(results)
    if arguments.profile:
        report.print_profile(results)
    report.show(figures)
    target = paths.LOCAL / "bench.json"
    target.write_text(json.dumps(figures, indent=2) + "\n")
    for failure in failures:
        print(f"WRONG: {failure}", file=sys.stderr)
    return 1 if failures else 0
