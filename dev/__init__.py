"""How the ``make`` commands get Odoo, Python packages, PostgreSQL and databases.

Only the standard library is needed to import anything here.
"""
