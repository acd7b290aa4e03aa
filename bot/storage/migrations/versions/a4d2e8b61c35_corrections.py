"""corrections of the screening that coordinators make in the console."""

import sqlalchemy as sa
from alembic import op

import bot.storage.tables

revision = "a4d2e8b61c35"
down_revision = "e90a5d4c7b12"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", bot.storage.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )


def downgrade() -> None:
    op.drop_table("corrections")
