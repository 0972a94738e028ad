"""Thousands of records that are copies of one: made by Odoo, copied by SQL."""

from odoo.tools import SQL

LIST = SQL("list")


def columns(env, table):
    """Return the names of a table's columns."""
    rows = env.execute_query(
        SQL(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
            table,
        )
    )
    return [name for (name,) in rows]


def insert(env, original, changes, source=LIST):
    """Insert a copy of a record for each row of a list, with changes.

    :param original: the record to copy, or (table, id)
    :param dict changes: {column: SQL over `list` and `original`}
    :param source: SQL of the list, a table or a query in brackets
    """
    table, original_id = (
        original if isinstance(original, tuple) else (original._table, original.id)
    )
    names = columns(env, table)
    values = [changes.get(name) or SQL.identifier("original", name) for name in names]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s original, %s AS list "
            "WHERE original.id = %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(values),
            SQL.identifier(table),
            source,
            original_id,
        )
    )
