"""Papers: those made without Odoo's report engine need no browser on the server."""

from . import monthly_statement
