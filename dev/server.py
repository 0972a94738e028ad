"""Real server processes for the demo, the benchmark and ``make serve``."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from . import environment, paths
from .progress import SetupError

# Loopback only: a proxy of the machine must not get between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Process:
    """A process with a log file and a way to see that it is ready.

    :param command: what to run.
    :param log: the file that gets what it prints.
    :param ready_url: answers below 500 once the process is ready.
    :param variables: the whole process environment.
    """

    def __init__(
        self, command: list[str], log: pathlib.Path, ready_url: str, variables: dict
    ):
        self.command = command
        self.log = log
        self.ready_url = ready_url
        self.variables = variables
        self.process: subprocess.Popen | None = None

    def start(self, timeout: float = 120) -> None:
        """Start the process and wait until it is ready.

        :raise SetupError: when it ends early or is not ready within ``timeout`` s.
        """
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=paths.ROOT,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + timeout
        while not self._ready():
            if self.process.poll() is not None:
                self._fail(f"ended with exit code {self.process.returncode}")
            if time.monotonic() > deadline:
                self.kill()
                self._fail(f"was not ready after {timeout:.0f} s")
            time.sleep(0.2)

    def stop(self, timeout: float = 15) -> None:
        """End the process politely, then by force after ``timeout`` seconds."""
        if not self.process or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill the process and its children at once, as ``kill -9`` does."""
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error) -> None:
        self.stop()

    def _ready(self) -> bool:
        try:
            with _OPENER.open(self.ready_url, timeout=60):
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except (OSError, ValueError):
            return False

    def _fail(self, what: str) -> None:
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        name = " ".join(self.command[1:4])
        raise SetupError("\n".join([f"{name} {what}; end of {self.log}:", *lines]))


class OdooServer(Process):
    """An Odoo server on loopback, serving one database.

    :param env: the :class:`dev.environment.Env` to run in.
    :param database: the only database it serves.
    :param port: its HTTP port; a free one when absent.
    :param cron_threads: how many threads run scheduled actions.
    :param options: more options for Odoo's command line.
    """

    def __init__(
        self,
        env: environment.Env,
        database: str,
        port: int | None = None,
        cron_threads: int = 0,
        options: tuple[str, ...] = (),
    ):
        self.env = env
        self.database = database
        self.port = port or environment.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            *env.odoo_command,
            *("-d", database, "--db-filter", f"^{database}$"),
            *("--http-port", str(self.port)),
            *("--gevent-port", str(environment.free_port())),
            *("--max-cron-threads", str(cron_threads)),
            *options,
        ]
        log = paths.LOGS / f"{database}-server-{self.port}.log"
        super().__init__(command, log, f"{self.url}/web/login", env.variables())


class SandboxServer(Process):
    """``python -m sandbox`` on loopback.

    Its first line on standard output is JSON: what a client needs to connect.
    """

    def __init__(
        self,
        env: environment.Env,
        port: int | None = None,
        options: tuple[str, ...] = (),
    ):
        self.port = port or environment.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [str(env.python), "-m", "sandbox", "--port", str(self.port)]
        command += options
        log = paths.LOGS / f"sandbox-{self.port}.log"
        log.unlink(missing_ok=True)
        super().__init__(command, log, self.url, env.variables())

    def hello(self) -> str:
        """Return the JSON line with which the sandbox introduced itself."""
        lines = self.log.read_text().splitlines()
        return next((line for line in lines if line.startswith("{")), "")


def foreground(command: list[str], variables: dict[str, str], cwd=None) -> int:
    """Run ``command`` with this terminal; return its exit code."""
    sys.stdout.flush()
    with subprocess.Popen(command, cwd=cwd, env=variables) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the terminal has told the command too
            return process.wait()
