"""Odoo 19: the user's own, or Debian's package unpacked into the cache."""

import dataclasses
import os
import pathlib
import re

from . import apt, paths, store
from .progress import SetupError, step

SERIES = "19.0"
PACKAGES = [
    "odoo-19",
    # Odoo's static files are relative links into these.
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
# Asked for by the web client, left out by Debian: browser tests stop on the 404.
MISSING_FILE = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclasses.dataclass(frozen=True)
class Odoo:
    """An Odoo that can be run: where Python finds it, its addons, its version."""

    pythonpath: pathlib.Path
    addons: tuple[pathlib.Path, ...]
    version: str


def ensure() -> Odoo:
    """Return a runnable Odoo 19, downloading it when there is none.

    :raise SetupError: when ``ODOO_HOME`` holds no Odoo 19, or nothing can be had.
    """
    own = os.environ.get("ODOO_HOME")
    if own:
        return _inspect(pathlib.Path(own).expanduser().resolve())
    folder = store.fill(paths.cache() / "odoo" / SERIES, _build)
    return _inspect(folder / "usr/lib/python3/dist-packages")


def _build(folder: pathlib.Path) -> None:
    with step("Odoo 19 from Debian's archive (130 MB; 1.3 GB unpacked)"):
        apt.fetch(PACKAGES, folder, suite="sid")
        addons = folder / "usr/lib/python3/dist-packages/odoo/addons"
        if not addons.is_dir():
            raise SetupError(f"Debian's odoo-19 has a new layout. {apt.HINT}")
        missing = addons / MISSING_FILE
        missing.parent.mkdir(parents=True, exist_ok=True)
        missing.touch()


def _inspect(home: pathlib.Path) -> Odoo:
    if (home / "release.py").is_file():  # the package itself
        home = home.parent
    if not (home / "odoo/release.py").is_file():
        home = home / "usr/lib/python3/dist-packages"
    release = home / "odoo/release.py"
    if not release.is_file():
        raise SetupError(
            f"ODOO_HOME={os.environ.get('ODOO_HOME')} holds no Odoo: expected a folder "
            "with odoo/release.py in it (a checkout, or a dist-packages folder)."
        )
    series, version = _version(release.read_text())
    if series != SERIES:
        raise SetupError(f"{home} is Odoo {series}; this addon needs Odoo {SERIES}.")
    core = home / "odoo/addons"
    # A checkout keeps its addons apart; a package has all of them in one folder.
    apart = () if (core / "sale").is_dir() else (home / "addons",)
    return Odoo(home, (core, *apart), version)


def _version(release: str) -> tuple[str, str]:
    """Return series and full version from the text of ``release.py``."""
    found = re.search(r"^version_info\s*=\s*\(([^)]*)\)", release, re.M)
    if not found:
        raise SetupError("odoo/release.py tells no version: is this really Odoo?")
    parts = [part.strip().strip("'\"") for part in found[1].split(",")]
    return ".".join(parts[:2]), ".".join(part for part in parts if part)
