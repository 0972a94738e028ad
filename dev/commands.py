"""The commands behind ``make``; each returns its exit code."""

import importlib
import shlex
import shutil

from . import database, environment, paths, postgres, python_env, server
from .progress import SetupError, say


def env(_arguments: list[str]) -> int:
    """Prepare everything, leave PostgreSQL running, write ``.dev/env.sh``."""
    ready = environment.ensure()
    config = paths.LOCAL / "odoo.conf"
    environment.write_config(ready, config)
    if ready.server.private:
        postgres.Cluster(ready.python).keep()
    variables = {
        **ready.own_variables(),
        "ODOO_RC": str(config),
        "TTS_PYTHON": str(ready.python),
        "TTS_ODOO_PATH": str(ready.odoo_path),
        "TTS_CONF": str(config),
        "TTS_TEMPLATE": database.template(ready),
    }
    lines = [f"export {name}={shlex.quote(v)}" for name, v in variables.items()]
    lines += [
        f'export PATH={shlex.quote(str(ready.python.parent))}:"$PATH"',
        'odoo() { "$TTS_PYTHON" -m odoo "$1" -c "$TTS_CONF" "${@:2}"; }',
    ]
    target = paths.LOCAL / "env.sh"
    target.touch(mode=0o600)
    target.write_text("\n".join(lines) + "\n")
    say(f"ready: source {target}")
    return 0


def fresh(arguments: list[str]) -> int:
    """Create database NAME from the template, with the addon or the given modules."""
    name, *modules = arguments
    database.fresh(environment.ensure(), name, modules or (paths.MODULE,))
    return 0


def drop(arguments: list[str]) -> int:
    """Drop the named databases."""
    for name in arguments:
        database.drop(environment.ensure(), name)
    return 0


def pytest(arguments: list[str]) -> int:
    """Run pytest on the existing database NAME, with the arguments after it."""
    testing = importlib.import_module("dev.testing")
    return testing.pytest(environment.ensure(), arguments[0], arguments[1:])


def run(arguments: list[str]) -> int:
    """Run ``python -m MODULE`` in the environment."""
    ready = environment.ensure()
    command = [str(ready.python), "-m", *arguments]
    return server.foreground(command, ready.variables(), cwd=paths.ROOT)


def sandbox(arguments: list[str]) -> int:
    """Run the sandbox: it needs Python packages, but neither Odoo nor PostgreSQL."""
    command = [str(python_env.ensure()), "-m", "sandbox", *arguments]
    return server.foreground(command, environment.plain_variables(), cwd=paths.ROOT)


def clean(arguments: list[str]) -> int:
    """Stop PostgreSQL and delete ``.dev``; with ``--cache`` the downloads as well."""
    cache = "--cache" in arguments
    postgres.remove_cluster(cache)
    shutil.rmtree(paths.LOCAL, ignore_errors=True)
    if cache:
        shutil.rmtree(paths.cache(), ignore_errors=True)
    return 0


def _later(module: str):
    """Return the ``main`` of a module of this package, imported when called."""

    def command(arguments: list[str]) -> int:
        return importlib.import_module(f"dev.{module}").main(arguments)

    return command


COMMANDS = {
    "clean": clean,
    "drop": drop,
    "env": env,
    "fresh": fresh,
    "lint": _later("lint"),
    "pytest": pytest,
    "run": run,
    "sandbox": sandbox,
    "serve": _later("serve"),
    "test": _later("testing"),
    "test-odoo": _later("test_odoo"),
}


def main(arguments: list[str]) -> int:
    """Run the command named first; print a failure of the set-up, not its traceback."""
    command = COMMANDS.get(arguments[0]) if arguments else None
    if not command:
        say(f"usage: python3 -m dev {{{'|'.join(COMMANDS)}}} [ARGUMENTS]")
        return 2
    try:
        return command(arguments[1:])
    except SetupError as error:
        say(f"\nerror: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nstopped")
        return 130
