"""Where statements and time go: ``python -m benchmarks --profile``."""

import contextlib
import cProfile
import io
import pstats
import re
from collections import Counter

from odoo import sql_db

_TABLE = re.compile(
    r'\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:ONLY\s+)?"?(\w+)"?', re.IGNORECASE
)
TOP = 30


@contextlib.contextmanager
def watch(active):
    """Count statements by kind and table, and profile the block, when `active`.

    Yield a dictionary that is filled at the end.
    """
    result = {}
    if not active:
        yield result
        return
    counts = Counter()
    execute = sql_db.Cursor.execute

    def counting(cursor, query, *arguments, **options):
        counts[_kind(query)] += 1
        return execute(cursor, query, *arguments, **options)

    sql_db.Cursor.execute = counting
    profiler = cProfile.Profile()
    try:
        profiler.enable()
        yield result
    finally:
        profiler.disable()
        sql_db.Cursor.execute = execute
        result["statements"] = dict(counts)
        result["functions"] = _functions(profiler)


def _kind(query):
    text = getattr(query, "code", query)
    text = text.decode() if isinstance(text, bytes) else str(text)
    words = text.split(None, 1)
    verb = words[0].upper() if words else ""
    table = _TABLE.search(text)
    return f"{verb} {table[1]}" if table else verb


def _functions(profiler):
    """Return the functions that take the longest, with and without what they call."""
    output = io.StringIO()
    stats = pstats.Stats(profiler, stream=output).strip_dirs()
    stats.sort_stats("cumulative").print_stats(TOP * 2)
    stats.sort_stats("tottime").print_stats(TOP)
    return output.getvalue()
