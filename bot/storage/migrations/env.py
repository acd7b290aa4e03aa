"""Alembic's entry: runs on the connection that the program hands over, or on the configured URL from the command line."""

from alembic import context
from sqlalchemy import create_engine

from bot.storage import (  # noqa: F401 - their tables belong to the schema
    tables_answers,
    tables_outward,
    tables_return,
    tables_screening,
    tables_seals,
    tables_watch,
)
from bot.storage.tables import Table

connection = context.config.attributes.get("connection")
if connection is None:
    url = context.config.get_main_option("sqlalchemy.url")
    connection = create_engine(url).connect()
context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
