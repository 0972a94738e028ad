"""What the person at the terminal sees; always on standard error."""

import contextlib
import sys
import time
from collections.abc import Iterator


class SetupError(Exception):
    """The set-up cannot go on; the text says what happened and what to do."""


def say(text: str) -> None:
    """Print one line on standard error."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, then tell how many seconds it took."""
    say(f"-> {title} ...")
    start = time.monotonic()
    yield
    say(f"   done: {title} ({time.monotonic() - start:.1f} s)")


class Percent:
    """A line that counts to 100 %, rewritten in place on a terminal only."""

    def __init__(self, title: str):
        self.title = title
        self.shown = -1
        self.live = sys.stderr.isatty()

    def update(self, done: int, total: int) -> None:
        """Show ``done`` out of ``total``; without a terminal, every quarter."""
        value = min(100, 100 * done // max(total, 1))
        every = 1 if self.live else 25
        if value // every == self.shown // every and self.shown >= 0:
            return
        self.shown = value
        end = "\n" if not self.live or value == 100 else ""
        start = "\r" if self.live else ""
        print(f"{start}   {self.title}: {value:3d} %", end=end, file=sys.stderr)
        sys.stderr.flush()
