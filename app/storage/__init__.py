"""Where conversations are kept: the database, its tables, the repositories over them, and the journal of replies.

Everything here speaks in values of `domain`; SQLAlchemy, SQLModel and Alembic stay inside this room.
"""
