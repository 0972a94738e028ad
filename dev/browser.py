"""The browser of the browser tests."""

import os
import shutil
import subprocess

from .progress import say, step

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def ensure() -> bool:
    """Tell whether there is a browser; as root, install Debian's chromium first.

    Without one the browser tests are skipped, and this says so.
    """
    if any(shutil.which(name) for name in NAMES):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get") and _install():
        return True
    say("!! No chromium found: the browser tests will be SKIPPED.")
    return False


def _install() -> bool:
    with step("chromium for the browser tests, by apt-get (about 100 MB)"):
        installed = _apt("install") or (_apt("update") and _apt("install"))
    return installed and bool(shutil.which("chromium"))


def _apt(action: str) -> bool:
    command = ["apt-get", "-q", "-y", action]
    if action == "install":
        command += ["--no-install-recommends", "chromium"]
    done = subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()[-2:]
        say(f"   apt-get {action}: " + " / ".join(lines))
    return done.returncode == 0
