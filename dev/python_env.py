"""The virtual environment with Odoo's requirements and the test tools."""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

from . import apt, paths, store
from .progress import Percent, SetupError, step

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")
MINIMUM = (3, 10)


def ensure() -> pathlib.Path:
    """Return the Python of a virtual environment that holds the pinned packages.

    :raise SetupError: when Python is too old or the packages cannot be had.
    """
    if sys.version_info < MINIMUM:
        raise SetupError(
            f"Python {sys.version.split()[0]} is too old: Odoo 19 needs 3.10 or newer. "
            "Run make with PYTHON=/path/to/a/newer/python3."
        )
    folder = store.fill(paths.cache() / "python" / _key(), _build, in_place=True)
    return folder / "bin" / "python"


def _key() -> str:
    identity = f"{sys.version} {sys.base_prefix} {os.uname().machine}".encode()
    content = hashlib.sha256(identity + REQUIREMENTS.read_bytes())
    return f"{sys.version_info[0]}.{sys.version_info[1]}-{content.hexdigest()[:12]}"


def _build(folder: pathlib.Path) -> None:
    with step("Python virtual environment"):
        pip = _create(folder)
    with step("Python packages (about 100 MB the first time)"):
        _install(pip)


def _create(folder: pathlib.Path) -> list[str]:
    """Create the environment; return the command that runs pip in it."""
    try:
        import venv
    except ImportError as error:
        raise SetupError(
            "This Python has no venv module. Install it (on Debian: "
            "apt-get install python3-venv) and run the command again."
        ) from error
    python = str(folder / "bin" / "python")
    venv.EnvBuilder(with_pip=False, symlinks=True, clear=True).create(folder)
    ensurepip = [python, "-m", "ensurepip", "--default-pip"]
    done = subprocess.run(ensurepip, capture_output=True, check=False)
    if done.returncode == 0:
        return [python, "-m", "pip"]
    # Debian ships ensurepip apart, in python3-venv; its pip is a package of its own.
    return [python, str(_pip_from_debian(folder))]


def _pip_from_debian(folder: pathlib.Path) -> pathlib.Path:
    """Unpack Debian's wheel of pip into the environment; return its folder."""
    with tempfile.TemporaryDirectory() as temporary:
        prefix = pathlib.Path(temporary)
        apt.fetch(["python3-pip-whl"], prefix, suite=None)
        wheels = sorted(prefix.glob("usr/share/python-wheels/pip-*.whl"))
        if not wheels:
            raise SetupError(
                "Neither ensurepip nor a pip wheel could be found. Install "
                "python3-venv and run the command again."
            )
        site = next(folder.glob("lib/python3*/site-packages"))
        with zipfile.ZipFile(wheels[-1]) as wheel:
            wheel.extractall(site)
    return site / "pip"


def _install(pip: list[str]) -> None:
    command = [*pip, "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "-r", str(REQUIREMENTS)]
    total = sum(
        bool(line.strip()) and not line.startswith("#")
        for line in REQUIREMENTS.read_text().splitlines()
    )
    percent, lines, seen = Percent("packages collected"), [], 0
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    ) as process:
        for line in process.stdout:
            lines.append(line)
            if line.startswith(("Collecting ", "Processing ")):
                seen += 1
                percent.update(seen, total)
    if process.returncode:
        raise SetupError(
            "pip could not install the packages:\n"
            + "".join(lines[-15:])
            + "Check the network and pip's own configuration (an index behind a "
            "proxy?), then run the command again; nothing half-done is kept."
        )
