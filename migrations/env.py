"""Alembic's entry. Cairn hands its open transaction over (`bot/storage/migrate.py`).

A developer who drafts a migration names a database:
`alembic -x database=data/cairn.db revision --autogenerate --rev-id 0009 -m words`
"""

from alembic import context
from sqlalchemy import Connection

from bot.storage.engine import open_engine
from bot.storage.tables import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite changes a table only by making it anew
        transactional_ddl=True,  # true for SQLite as well, because our own BEGIN comes first
    )
    with context.begin_transaction():
        context.run_migrations()


def connect() -> None:
    engine = open_engine(context.get_x_argument(as_dictionary=True)["database"])
    with engine.connect() as connection:
        run(connection)
    engine.dispose()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    connect()
