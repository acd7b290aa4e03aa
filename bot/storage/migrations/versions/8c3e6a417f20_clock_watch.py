"""clock watch: when the clock was last looked at, for those who delete by it (bot/storage/clock.py)."""

import sqlalchemy as sa
from alembic import op

import bot.storage.tables

revision = '8c3e6a417f20'
down_revision = '5d1f0c7b92e4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('clock_watch',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seen_at', bot.storage.tables.Moment(timezone=True), nullable=False),
    sa.Column('jumped_from', bot.storage.tables.Moment(timezone=True), nullable=True),
    sa.Column('doubted_until', bot.storage.tables.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_watch'))
    )


def downgrade() -> None:
    op.drop_table('clock_watch')
