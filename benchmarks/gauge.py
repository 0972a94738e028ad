"""What one measured process used: time, SQL statements, memory."""

import gc
import pathlib
import time

from odoo import sql_db

_STATUS = pathlib.Path("/proc/self/status")
_CLEAR = pathlib.Path("/proc/self/clear_refs")


class Gauge:
    """Measure the block it wraps.

    `seconds` are the clock's, `cpu_seconds` this process's own. Statements are those
    of all cursors of this process, by Odoo's own counter. The peak of memory is that
    of the block, the growth is over what was held before it.
    """

    def __enter__(self):
        gc.collect()
        # 5 resets the peak that the kernel remembers (proc(5), clear_refs).
        _CLEAR.write_text("5")
        self._memory = _megabytes("VmRSS")
        self._statements = sql_db.sql_counter
        self._cpu = time.process_time()
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_error):
        self.seconds = time.perf_counter() - self._start
        self.cpu_seconds = time.process_time() - self._cpu
        self.statements = sql_db.sql_counter - self._statements
        self.peak_mb = _megabytes("VmHWM")
        self.growth_mb = self.peak_mb - self._memory

    def result(self):
        """Return the measures as a dictionary."""
        return {
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "statements": self.statements,
            "peak_mb": round(self.peak_mb, 1),
            "growth_mb": round(self.growth_mb, 1),
        }


def _megabytes(key):
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(key)
