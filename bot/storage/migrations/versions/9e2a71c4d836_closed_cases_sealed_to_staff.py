"""closed cases sealed to staff."""

import sqlalchemy as sa
from alembic import op

import bot.storage.tables

revision = "9e2a71c4d836"
down_revision = "a4d2e8b61c35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_keys",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", bot.storage.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_keys_staff_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_keys")),
    )
    op.create_table(
        "case_sealings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", bot.storage.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_case_sealings_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_sealings")),
    )
    with op.batch_alter_table("case_sealings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_sealings_conversation_id"), ["conversation_id"], unique=False)
    op.create_table(
        "case_keys",
        sa.Column("sealing_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("given", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sealing_id"], ["case_sealings.id"], name=op.f("fk_case_keys_sealing_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_case_keys_staff_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sealing_id", "staff_id", name=op.f("pk_case_keys")),
    )
    with op.batch_alter_table("case_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_keys_staff_id"), ["staff_id"], unique=False)
    op.add_column("messages", sa.Column("traces", sa.LargeBinary(), nullable=True))
    op.add_column("staff_sessions", sa.Column("unlocked", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff_sessions", "unlocked")
    op.drop_column("messages", "traces")
    op.drop_table("case_keys")
    op.drop_table("case_sealings")
    op.drop_table("staff_keys")
