"""answers that are written in the console."""

import sqlalchemy as sa
from alembic import op

import bot.storage.tables

revision = "e90a5d4c7b12"
down_revision = "d41f7b3c9e08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "written_answers",
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("written_at", bot.storage.tables.Moment(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("published_at", bot.storage.tables.Moment(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("answer", "revision", name=op.f("pk_written_answers")),
    )


def downgrade() -> None:
    op.drop_table("written_answers")
