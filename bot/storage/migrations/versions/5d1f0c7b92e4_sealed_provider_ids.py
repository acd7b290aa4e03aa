"""sealed provider ids: what `outbox.provider_id` held in the clear moves at the next start (bot/storage/concealed.py)."""

import sqlalchemy as sa
from alembic import op

revision = '5d1f0c7b92e4'
down_revision = '26f467df97ae'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('provider_ids', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('provider_ids')
