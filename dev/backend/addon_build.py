"""Build backend: whool, given only what belongs in an installed addon.

whool packs every file of the repository under the name of its folder. The repository
root is the addon here, so the sandbox and the development tools are left out, and the
folder may have any name.
"""

import contextlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

import whool.buildapi as whool

MODULE = "sale_tiktok_shop"
# Tests need the sandbox, which is not installed.
LEFT_OUT = ("Makefile", "benchmarks", "build", "dev", "dist", "sandbox", "tests")


def get_requires_for_build_wheel(config_settings=None) -> list[str]:
    """Return nothing: whool is named in ``pyproject.toml``."""
    return []


get_requires_for_build_sdist = get_requires_for_build_editable = (
    get_requires_for_build_wheel
)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None) -> str:
    """Build the wheel of the addon; return its file name."""
    target = os.path.abspath(wheel_directory)
    with _addon():
        return whool.build_wheel(target, config_settings, metadata_directory)


def build_sdist(sdist_directory, config_settings=None) -> str:
    """Build a source archive of the addon and this backend; return its file name."""
    target = os.path.abspath(sdist_directory)
    with _addon("dev/backend"):
        return whool.build_sdist(target, config_settings)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None) -> str:
    """Write the metadata of the wheel; return the name of its folder."""
    target = os.path.abspath(metadata_directory)
    with _addon():
        return whool.prepare_metadata_for_build_wheel(target, config_settings)


@contextlib.contextmanager
def _addon(*extra: str) -> Iterator[None]:
    """Work in a copy of the addon, called as Odoo wants it called."""
    root = pathlib.Path.cwd()
    with tempfile.TemporaryDirectory() as temporary:
        copy = pathlib.Path(temporary) / MODULE
        copy.mkdir()
        for path in [*root.iterdir(), *(root / name for name in extra)]:
            _copy(path, copy / path.relative_to(root))
        os.chdir(copy)
        try:
            yield
        finally:
            os.chdir(root)


def _copy(path: pathlib.Path, target: pathlib.Path) -> None:
    if path.name in LEFT_OUT or path.name.startswith(".") or path.is_symlink():
        return
    if path.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", "*.py[co]")
        shutil.copytree(path, target, ignore=ignored)
    else:
        shutil.copy2(path, target)
