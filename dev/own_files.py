"""A plugin of pytest's: each of several test processes has a filestore of its own."""

import os
import shutil
import tempfile
from pathlib import Path

from odoo.tests import get_db_name
from odoo.tools import config


def pytest_sessionstart(session):
    """Copy the filestore for this process, if there are others.

    pytest-odoo gives each a copy of the database, and all of them one filestore: the
    garbage that one collects after a test class are files the others have just stored.
    """
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        return
    shared = Path(config.filestore(get_db_name()))
    folder = tempfile.TemporaryDirectory(dir=config["data_dir"])
    session.config.add_cleanup(folder.cleanup)
    if shared.exists():
        shutil.copytree(shared, Path(folder.name, "filestore", shared.name))
    config["data_dir"] = folder.name
