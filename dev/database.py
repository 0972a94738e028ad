"""Databases: a template with everything the addon depends on, and clones of it."""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable

from . import paths, store
from .progress import SetupError, step

# Every module of Odoo's that the addon depends on, directly or in its tests.
DEPENDENCIES = ("account", "sale_management", "sale_stock", "stock_delivery")
PREFIX = "tts_template_"


def key(version: str) -> str:
    """Return what tells one template from another: Odoo and the modules in it."""
    content = f"{version} {' '.join(DEPENDENCIES)} 1"
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def fresh(env, name: str, modules: Iterable[str] = (paths.MODULE,)) -> str:
    """Create database ``name`` anew from the template and install ``modules`` in it.

    :param env: the :class:`dev.environment.Env` to work in.
    :raise SetupError: when the installation fails; names Odoo's log.
    """
    drop(env, name)
    sql(env, f'CREATE DATABASE "{name}" TEMPLATE "{template(env)}"')
    # Two databases of one identity would share what Odoo keys by it.
    sql(env, _RENEW, name)
    modules = list(modules)
    if modules:
        with step(f"installing {', '.join(modules)} in {name}"):
            odoo(env, name, "-i", ",".join(modules))
    return name


_RENEW = """
    UPDATE ir_config_parameter SET value = gen_random_uuid()::text
     WHERE key IN ('database.uuid', 'database.secret')
"""


def drop(env, name: str) -> None:
    """Drop database ``name`` with its files, if it exists."""
    sql(env, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    subprocess.run(["rm", "-rf", str(env.data / "filestore" / name)], check=True)


def exists(env, name: str) -> bool:
    """Tell whether there is a database called ``name``."""
    found = sql(env, f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
    return found.strip() == "1"


def template(env) -> str:
    """Return the name of the template database, built first when there is none."""
    name = PREFIX + key(env.odoo_version)
    with store.lock(paths.LOCAL / "template.lock"):
        if not exists(env, name):
            _build(env, name)
    return name


def _build(env, name: str) -> None:
    """Build the template under another name, so that a half-built one never counts."""
    building = f"{name}_{os.getpid()}"
    with step(f"template database with {', '.join(DEPENDENCIES)} (about a minute)"):
        try:
            sql(
                env,
                f"CREATE DATABASE \"{building}\" TEMPLATE template0 ENCODING 'UTF8'",
            )
            odoo(env, building, "-i", ",".join(DEPENDENCIES))
            # A clone gets no files: move what the installation stored into tables.
            shell(env, building, _FILES_INTO_TABLES)
            if not exists(env, name):
                sql(env, f'ALTER DATABASE "{building}" RENAME TO "{name}"')
        finally:
            drop(env, building)


_FILES_INTO_TABLES = """
parameters = env['ir.config_parameter'].sudo()
parameters.set_param('ir_attachment.location', 'db')
env['ir.attachment'].force_storage()
parameters.search([('key', '=', 'ir_attachment.location')]).unlink()
env.cr.commit()
"""


def odoo(env, database: str, *arguments: str) -> None:
    """Run Odoo on ``database`` with ``arguments`` until it has done what they say.

    :raise SetupError: when Odoo fails or logs an error; carries the errors.
    """
    log = paths.LOGS / f"{database}.log"
    options = ["-d", database, "--stop-after-init", "--no-http", *arguments]
    with log.open("w") as output:
        done = subprocess.run(
            [*env.odoo_command, *options],
            cwd=paths.LOCAL,
            env=env.variables(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    text = log.read_text(errors="replace")
    errors = _errors(text)
    if done.returncode or errors:
        tail = errors or text.splitlines()[-15:]
        raise SetupError("\n".join([f"Odoo failed; its log is {log}:", *tail]))


def _errors(text: str) -> list[str]:
    """Return the log's error entries with their tracebacks, the end of it at most."""
    wanted, lines = False, []
    for line in text.splitlines():
        entry = re.match(r"\d{4}-\d\d-\d\d \S+ \d+ (\w+) ", line)
        if entry:
            wanted = entry[1] in ("ERROR", "CRITICAL")
        if wanted:
            lines.append(line)
    return lines[-40:]


def shell(env, database: str, code: str) -> str:
    """Run ``code`` in Odoo's shell on ``database``; return what it printed.

    :raise SetupError: when the code raises.
    """
    command = [*env.odoo_command[:3], "shell", *env.odoo_command[3:], "-d", database]
    command += ["--no-http", "--log-level=warn", "--shell-interface=python"]
    done = subprocess.run(
        command,
        cwd=paths.LOCAL,
        env=env.variables(),
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or "Traceback (most recent call last)" in done.stderr:
        raise SetupError(f"Odoo's shell failed:\n{done.stderr.strip()[-3000:]}")
    return done.stdout


def sql(env, statement: str, database: str = "postgres") -> str:
    """Run one SQL statement outside of any transaction; return its rows as text.

    :raise SetupError: when the server cannot be reached or refuses.
    """
    done = subprocess.run(
        [str(env.python), "-c", _SQL, database, statement],
        env=env.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-4:]
        raise SetupError(
            "\n".join(["PostgreSQL refused:", *last])
            + ("" if env.server.private else f"\nServer: {env.server.host}")
        )
    return done.stdout


def rows(env, database: str, statement: str) -> list[list[str]]:
    """Run one SQL statement on ``database``; return its rows, all values as text."""
    return [line.split("|") for line in sql(env, statement, database).splitlines()]


_SQL = """
import sys, psycopg2
connection = psycopg2.connect(dbname=sys.argv[1])
connection.autocommit = True
with connection.cursor() as cursor:
    cursor.execute(sys.argv[2])
    for row in cursor.fetchall() if cursor.description else ():
        print(*row, sep="|")
"""
