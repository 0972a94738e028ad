"""Folders that are either complete or absent, safe between processes."""

import contextlib
import fcntl
import pathlib
import shutil
from collections.abc import Callable, Iterator

from .progress import say

MARK = ".complete"


@contextlib.contextmanager
def lock(path: pathlib.Path) -> Iterator[None]:
    """Hold an exclusive lock on ``path``; the system frees it if we die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"   waiting for another set-up that holds {path.name}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_complete(folder: pathlib.Path) -> bool:
    """Tell whether ``folder`` was filled to the end."""
    return (folder / MARK).exists()


def fill(
    folder: pathlib.Path, build: Callable[[pathlib.Path], None], in_place: bool = False
) -> pathlib.Path:
    """Return ``folder``, built first by ``build`` when it is not complete.

    The build happens under a lock and under a temporary name, so an interrupted one
    leaves nothing that looks finished. ``in_place`` is for what cannot be renamed
    (virtual environments hold their own path): there only the mark tells.
    """
    if is_complete(folder):
        return folder
    with lock(folder.parent / f"{folder.name}.lock"):
        if is_complete(folder):
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        target = folder if in_place else folder.parent / f"{folder.name}.partial"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        build(target)
        (target / MARK).touch()
        if target != folder:
            target.rename(folder)
    return folder
