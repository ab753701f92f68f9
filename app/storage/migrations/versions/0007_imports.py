"""What came by which import, so that it can be taken out again.

What earlier versions imported is not known, and stays.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        'past_import',
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('owner_id', sa.String(), nullable=False),
        sa.Column('file', sa.Text(), nullable=False),
        sa.Column('sources', sa.JSON(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('conversations', sa.Integer(), nullable=False),
        sa.Column('with_news', sa.Integer(), nullable=False),
        sa.Column('preferences', sa.String(), nullable=True),
        sa.Column('undoing', sa.Boolean(), nullable=False),
        sa.Column('gone', sa.Integer(), nullable=False),
        sa.Column('cut', sa.Integer(), nullable=False),
        sa.Column('kept', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_past_import'),
    )
    op.create_index('ix_past_import_owner_id', 'past_import', ['owner_id'])
    op.create_table(
        'imported',
        sa.Column('import_id', sa.String(36), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('item_id', sa.String(), nullable=False),
        sa.Column('conversation_id', sa.String(36), nullable=True),
        sa.Column('messages', sa.Integer(), nullable=False),
        sa.Column('characters', sa.Integer(), nullable=False),
        sa.Column('before', sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint('import_id', 'kind', 'item_id', name='pk_imported'),
    )
    op.create_index('ix_imported_conversation_id', 'imported', ['conversation_id'])


def downgrade() -> None:
    """Remove them; what was imported stays."""
    op.drop_table('imported')
    op.drop_table('past_import')
