"""``python3 -m dev COMMAND [ARGUMENTS]``: what the Makefile calls."""

import sys

from .commands import main

sys.exit(main(sys.argv[1:]))
