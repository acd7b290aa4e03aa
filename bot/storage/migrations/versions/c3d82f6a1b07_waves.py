"""waves of cases, and blocked conversations."""

import sqlalchemy as sa
from alembic import op

import bot.storage.tables

revision = 'c3d82f6a1b07'
down_revision = '5b1e0c7d9a42'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = bot.storage.tables.Moment(timezone=True)
    for table, columns in {
        'conversations': (
            sa.Column('likeness', sa.String(), nullable=True),
            sa.Column('pattern', sa.String(), nullable=True),
            sa.Column('blocked_at', moment, nullable=True),
            sa.Column('blocked_by', sa.String(), nullable=True),
            sa.Column('blocked_because', sa.LargeBinary(), nullable=True),
        ),
        'handoffs': (
            sa.Column('set_aside_as', sa.String(), nullable=True),
            sa.Column('set_aside_at', moment, nullable=True),
            sa.Column('set_aside_by', sa.String(), nullable=True),
        ),
        'alarms': (sa.Column('cases', sa.Integer(), nullable=False, server_default='1'),),
    }.items():
        for column in columns:
            op.add_column(table, column)


def downgrade() -> None:
    for table, names in {
        'alarms': ('cases',),
        'handoffs': ('set_aside_by', 'set_aside_at', 'set_aside_as'),
        'conversations': ('blocked_because', 'blocked_by', 'blocked_at', 'pattern', 'likeness'),
    }.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.drop_column(name)
