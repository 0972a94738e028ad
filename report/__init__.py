"""Papers made without Odoo's report engine: they need no browser on the server."""
