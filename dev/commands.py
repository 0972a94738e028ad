"""The commands behind ``make``; each returns its exit code."""

import shlex

from . import database, environment, paths, postgres
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
    (paths.LOCAL / "env.sh").write_text("\n".join(lines) + "\n")
    say(f"ready: source {paths.LOCAL / 'env.sh'}")
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


COMMANDS = {"env": env, "fresh": fresh, "drop": drop}


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
