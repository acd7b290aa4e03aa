"""answers that are switched off."""

import sqlalchemy as sa
from alembic import op

import bot.storage.tables

revision = "d41f7b3c9e08"
down_revision = "a7c25d90e6b3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_edition",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_edition")),
    )
    op.create_table(
        "answer_switches",
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("off_at", bot.storage.tables.Moment(timezone=True), nullable=False),
        sa.Column("off_by", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("answer", name=op.f("pk_answer_switches")),
    )


def downgrade() -> None:
    op.drop_table("answer_switches")
    op.drop_table("answer_edition")
