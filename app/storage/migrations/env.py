"""Run by Alembic for every command; takes the connection that `migrate.config` put into the configuration.

The transaction is the caller's, on SQLite too, so a migration that fails leaves nothing behind.
"""

from alembic import context

from app.storage import indexes  # noqa: F401 - they belong to the tables
from app.storage.tables import Base

context.configure(
    connection=context.config.attributes['connection'],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
