"""Everything a command needs to run Odoo, found or built: :func:`ensure`."""

import atexit
import dataclasses
import functools
import os
import pathlib
import socket

from . import database, odoo_source, paths, postgres, python_env

CONFIGURATION = """\
[options]
addons_path = {addons}
data_dir = {data}
db_host = {host}
db_port = {port}
db_user = {user}
{password}db_maxconn = 32
admin_passwd = admin
http_interface = 127.0.0.1
http_port = {http_port}
gevent_port = {gevent_port}
max_cron_threads = 0
list_db = True
limit_time_real = 0
limit_time_cpu = 0
"""


@dataclasses.dataclass(frozen=True)
class Env:
    """A ready environment: Python, Odoo, PostgreSQL with the template database."""

    python: pathlib.Path
    odoo: odoo_source.Odoo
    server: postgres.Server
    config: pathlib.Path
    data: pathlib.Path
    http_port: int

    @property
    def odoo_version(self) -> str:
        """Odoo's full version, such as ``19.0.0.FINAL.0``."""
        return self.odoo.version

    @property
    def odoo_path(self) -> pathlib.Path:
        """The folder from which Python imports ``odoo``."""
        return self.odoo.pythonpath

    @property
    def addons_path(self) -> list[pathlib.Path]:
        """The addons folders, ours first."""
        return [paths.ADDONS, *self.odoo.addons]

    @property
    def odoo_command(self) -> list[str]:
        """The command that runs Odoo with this environment's configuration."""
        return [str(self.python), "-m", "odoo", "-c", str(self.config)]

    def variables(self) -> dict[str, str]:
        """Return the process environment for Odoo and for the checkout's scripts."""
        return {**plain_variables(), **self.own_variables()}

    def own_variables(self) -> dict[str, str]:
        """Return the variables this environment sets."""
        return {
            **self.server.variables(),
            "PYTHONPATH": f"{paths.ROOT}:{self.odoo_path}",
            "ODOO_RC": str(self.config),
            "TZ": "UTC",
        }


def plain_variables() -> dict[str, str]:
    """Return this process's environment less what would lead Python or Odoo astray."""
    dropped = ("DATABASE_URL", "ODOO_RC", "OPENERP_SERVER", "PYTHONHOME", "PYTHONPATH")
    return {name: v for name, v in os.environ.items() if name not in dropped}


@functools.cache
def ensure() -> Env:
    """Return the environment, getting first whatever is missing.

    The private PostgreSQL is held until this process ends.

    :raise SetupError: with what happened and what to do about it.
    """
    paths.prepare_local()
    odoo = odoo_source.ensure()
    python = python_env.ensure()
    server = postgres.configured()
    if server:
        env = _env(python, odoo, server)
        database.template(env)
        return env
    cluster = postgres.Cluster(python)
    snapshot = cluster.snapshot(database.key(odoo.version))
    cluster.acquire(snapshot)
    atexit.register(cluster.release)
    env = _env(python, odoo, cluster.server)
    database.template(env)
    cluster.save(snapshot)
    return env


def _env(python, odoo, server) -> Env:
    data = paths.LOCAL / "data"
    data.mkdir(exist_ok=True)
    port = free_port()
    config = paths.LOCAL / f"odoo-{os.getpid()}.conf"
    env = Env(python, odoo, server, config, data, port)
    atexit.register(config.unlink, missing_ok=True)
    write_config(env, config)
    return env


def write_config(env: Env, path: pathlib.Path) -> None:
    """Write Odoo's configuration file to ``path``."""
    text = CONFIGURATION.format(
        addons=",".join(map(str, env.addons_path)),
        data=env.data,
        host=env.server.host,
        port=env.server.port,
        user=env.server.user or "False",
        # Without a line Odoo asks for none; with an empty one it warns at every start.
        password=f"db_password = {env.server.password}\n"
        if env.server.password
        else "",
        http_port=env.http_port,
        gevent_port=free_port(),
    )
    path.touch(mode=0o600)
    path.write_text(text)


def free_port() -> int:
    """Return a TCP port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
