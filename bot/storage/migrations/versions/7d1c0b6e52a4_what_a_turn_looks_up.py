"""What a turn looks up: the replies to a message, and what waits in a conversation."""

from alembic import op

revision = "7d1c0b6e52a4"
down_revision = "81cbb2c9e109"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_messages_answers", "messages", ["answers"])
    op.create_index("ix_messages_state_conversation_id_number", "messages", ["state", "conversation_id", "number"])
    op.drop_index("ix_messages_state", "messages")


def downgrade() -> None:
    op.create_index("ix_messages_state", "messages", ["state"])
    op.drop_index("ix_messages_state_conversation_id_number", "messages")
    op.drop_index("ix_messages_answers", "messages")
