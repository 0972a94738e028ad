"""Where things are kept: in this checkout, and in the user's cache."""

import contextlib
import os
import pathlib

MODULE = "sale_tiktok_shop"
ROOT = pathlib.Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".dev"
ADDONS = LOCAL / "addons"
LOGS = LOCAL / "logs"


def cache() -> pathlib.Path:
    """Return the per-user download cache, shared by all checkouts."""
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / MODULE


def prepare_local() -> None:
    """Create ``.dev`` and the link that gives the checkout its module name."""
    for folder in (ADDONS, LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    link = ADDONS / MODULE
    if not link.is_symlink():
        # Another command of this checkout may be faster.
        with contextlib.suppress(FileExistsError):
            link.symlink_to(pathlib.Path("..", ".."))
