"""trials of writing."""

import sqlalchemy as sa
from alembic import op

import bot.storage.tables

revision = '5b1e0c7d9a42'
down_revision = 'c41d9be07a55'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('trials',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', bot.storage.tables.Moment(timezone=True), nullable=False),
    sa.Column('filling', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trials'))
    )


def downgrade() -> None:
    op.drop_table('trials')
