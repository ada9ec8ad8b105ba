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
    """A reversible migration operation that forbids UPDATE and DELETE on the tables."""

    def forbid(apps: Any, schema_editor: Any) -> None:
        on_postgres = schema_editor.connection.vendor == "postgresql"
        if on_postgres:
            schema_editor.execute(POSTGRES_FUNCTION, params=None)
        for table in tables:
            for verb in ("UPDATE", "DELETE"):
                sql = POSTGRES if on_postgres else SQLITE
                schema_editor.execute(sql.format(table=table, verb=verb), params=None)

    def permit(apps: Any, schema_editor: Any) -> None:
        where = " ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        for table in tables:
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}{where.format(table=table)}")

    return migrations.RunPython(forbid, permit)
