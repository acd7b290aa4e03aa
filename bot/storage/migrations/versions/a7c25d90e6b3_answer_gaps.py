"""questions that found no answer."""

import sqlalchemy as sa
from alembic import op

import bot.storage.tables

revision = "a7c25d90e6b3"
down_revision = "7d1c0b6e52a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_gaps",
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", bot.storage.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("week", "measure", "key", name=op.f("pk_answer_gaps")),
    )
    with op.batch_alter_table("answer_gaps") as batch_op:
        batch_op.create_index("ix_answer_gaps_expires_at", ["expires_at"])


def downgrade() -> None:
    op.drop_table("answer_gaps")
