"""``make serve``: Odoo with the addon in the browser, beside a running sandbox."""

import json
import os
import time

from . import database, environment, paths, server
from .progress import say, step

DATABASE = "tts_serve"
PORT = 8069
SANDBOX_PORT = 8090


def main(arguments: list[str]) -> int:
    """Serve until Ctrl-C; ``--fresh`` starts with a new database."""
    env = environment.ensure()
    port, sandbox_port = _port("ODOO_PORT", PORT), _port("SANDBOX_PORT", SANDBOX_PORT)
    if "--fresh" in arguments or not database.exists(env, DATABASE):
        database.fresh(env, DATABASE)
    else:
        with step("updating the addon in the database of the last time"):
            database.odoo(env, DATABASE, "-u", paths.MODULE)
    odoo = server.OdooServer(env, DATABASE, port=port, cron_threads=1)
    sandbox = server.SandboxServer(
        env, sandbox_port, ("--redirect-url", f"{odoo.url}/tts/oauth/callback")
    )
    with sandbox, odoo:
        _tell(odoo, sandbox)
        _wait(odoo, sandbox)
    return 0


def _port(variable: str, default: int) -> int:
    return int(os.environ.get(variable) or default)


def _tell(odoo: server.OdooServer, sandbox: server.SandboxServer) -> None:
    hello = json.loads(sandbox.hello() or "{}")
    keys = ("base_url", "app_key", "app_secret", "service_id")
    lines = [f"  {name:12} {hello[name]}" for name in keys if name in hello]
    say(f"\nOdoo:    {odoo.url}   (admin / admin)")
    say("\n".join(["Sandbox, to connect a TikTok account to:", *lines]))
    say(f"\nLogs: {odoo.log}\nCtrl-C stops both.")


def _wait(*processes: server.Process) -> None:
    try:
        while all(process.process.poll() is None for process in processes):
            time.sleep(0.5)
        say("one of them has ended by itself; see its log")
    except KeyboardInterrupt:
        say("\nstopping")
