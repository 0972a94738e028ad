"""How fast orders come in, next to what Odoo itself needs for the same orders."""
