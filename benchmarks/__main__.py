"""``make bench``: the connector beside plain Odoo, in one run on one machine."""

import sys

from .run import main

sys.exit(main())
