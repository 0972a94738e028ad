"""``make test-odoo``: Odoo's own tests, with the addon installed and without.

The addon passes when exactly the same tests fail with it as without it.
"""

import dataclasses
import re
import subprocess

from . import browser, database, environment, paths
from .progress import say, step

DEFAULT_TAGS = "/sale,/sale_stock,/stock_delivery"
FAILED = re.compile(r"(?:FAIL|ERROR): (?:Subtest )?(\w+\.\w+)")
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


@dataclasses.dataclass
class Outcome:
    """What Odoo's test runner reported: its summary and the tests that failed."""

    summary: str
    tests: int
    failing: set[str]


def main(arguments: list[str]) -> int:
    """Run the tests tagged ``arguments`` twice and compare.

    Return 1 when the results differ or when no test ran.
    """
    tags = ",".join(arguments) or DEFAULT_TAGS
    env = environment.ensure()
    browser.ensure()
    without = _run(env, tags, "without", [])
    with_addon = _run(env, tags, "with", [paths.MODULE])
    for title, outcome in (("without", without), ("with", with_addon)):
        say(f"{title:>8} the addon: {outcome.summary}")
    _tell("fails both times", with_addon.failing & without.failing)
    _tell("fails only WITH the addon", with_addon.failing - without.failing)
    _tell("fails only WITHOUT the addon", without.failing - with_addon.failing)
    same = with_addon.failing == without.failing and with_addon.tests == without.tests
    print("the addon changes", "no result" if same else "RESULTS", "of Odoo's tests")
    return 0 if same and with_addon.tests else 1


def _tell(title: str, names: set[str]) -> None:
    for name in sorted(names):
        say(f"  {title}: {name}")


def _run(env: environment.Env, tags: str, title: str, modules: list[str]) -> Outcome:
    name = f"tts_odoo_{title}"
    log = paths.LOGS / f"{name}-tests.log"
    database.fresh(env, name, modules)
    command = [*env.odoo_command, "-d", name, "--stop-after-init"]
    command += ["--test-tags", tags, "--http-port", str(environment.free_port())]
    # Tests run for the modules that are updated; ours is above them in the graph.
    command += ["-u", ",".join(_modules(tags))]
    with (
        step(f"Odoo's tests {tags} {title} the addon; log {log}"),
        log.open("w") as file,
    ):
        subprocess.run(
            command,
            cwd=paths.LOCAL,
            env=env.variables(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        )
    database.drop(env, name)
    return read(log.read_text(errors="replace"))


def _modules(tags: str) -> list[str]:
    """Return the modules named in ``tags`` such as ``/sale:TestSaleOrder``."""
    return sorted(set(re.findall(r"/(\w+)", tags))) or ["sale"]


def read(log: str) -> Outcome:
    """Return what the log of Odoo's test runner says."""
    found = SUMMARY.findall(log)
    if not found:
        return Outcome("no summary in the log", 0, set())
    failed, errors, tests = map(int, found[-1])
    summary = f"{failed} failed, {errors} error(s) of {tests} tests"
    return Outcome(summary, tests, set(FAILED.findall(log)))
