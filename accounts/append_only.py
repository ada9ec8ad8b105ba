"""Database triggers that keep clinical and audit rows insert-only, whoever holds the connection. For migrations."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION fieldlight_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql
"""
POSTGRES = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH ROW EXECUTE FUNCTION fieldlight_append_only()
"""


def append_only(*tables: str) -> migrations.RunPython:
    """A reversible migration operation that forbids UPDATE and DELETE on the tables.

    To be said again after a migration that alters one of them: SQLite rebuilds an altered table, without triggers.
    """

    def forbid(apps: Any, schema_editor: Any) -> None:
        on_postgres = schema_editor.connection.vendor == "postgresql"
        if on_postgres:
            schema_editor.execute(POSTGRES_FUNCTION, params=None)
        for table in tables:
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(drop(schema_editor, table, verb))
                sql = POSTGRES if on_postgres else SQLITE
                schema_editor.execute(sql.format(table=table, verb=verb), params=None)

    def permit(apps: Any, schema_editor: Any) -> None:
        for table in tables:
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(drop(schema_editor, table, verb))

    def drop(schema_editor: Any, table: str, verb: str) -> str:
        where = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        return f"DROP TRIGGER IF EXISTS {table}_no_{verb}{where}"

    return migrations.RunPython(forbid, permit)
