"""The tables. Words, addresses and dialogue states are sealed (`bytes`); every row that belongs to a person has an end date."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from bot.storage.moment import Moment


class Table(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[type, type[TypeEngine[Any]]]] = {datetime: Moment, bytes: LargeBinary, str: String}


def _random_id() -> int:
    return secrets.randbelow(2**31 - 1)


class Conversation(Table):
    """One person on one channel, as long as anything of them is kept.

    `reachable`: yes, stopped (they wrote STOP), blocked (they blocked us), gone (the address takes no messages), no_address (it is
    not known, or forgotten, where they can be answered), left (the page of the conversation is closed).
    `counted` says as what it was counted today, so that it is counted once. `likeness` and `pattern` are keyed marks by which many that
    are alike are known (bot/handoff/waves.py). `blocked_at`: a consultant blocked it; its messages are kept, and open no case.
    """

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "pseudonym"), Index("ix_conversations_expires_at", "expires_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    pseudonym: Mapped[str]
    address: Mapped[bytes | None]
    language: Mapped[str]
    language_fixed: Mapped[bool] = mapped_column(default=False)
    triage: Mapped[str] = mapped_column(default="none")
    speaker: Mapped[str] = mapped_column(default="other")
    findings: Mapped[bytes | None]
    dialogue: Mapped[bytes | None]
    report: Mapped[bytes | None]
    arranged: Mapped[bytes | None]
    quiet: Mapped[bool] = mapped_column(default=False)
    reachable: Mapped[str] = mapped_column(default="yes")
    message_count: Mapped[int] = mapped_column(default=0)
    counted: Mapped[bytes | None]
    likeness: Mapped[str | None]
    pattern: Mapped[str | None]
    blocked_at: Mapped[datetime | None]
    blocked_by: Mapped[str | None]
    blocked_because: Mapped[bytes | None]
    created_at: Mapped[datetime]
    last_message_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Message(Table):
    """One message of a conversation, in order.

    `author` is person, bot or consultant. `state` of a person's message: received, answered, unread (a consultant owns the
    conversation), unreadable (it does not open, and was set aside). `answers` of a reply is the id of the message that it answers.
    `external_id` is a keyed hash of the channel's own id of the message. `traces` holds the provider's ids of a message whose content
    is sealed to the staff, so that it can still be deleted there.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "external_id"),
        UniqueConstraint("conversation_id", "number"),
        Index("ix_messages_answers", "answers"),
        Index("ix_messages_state_conversation_id_number", "state", "conversation_id", "number"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    number: Mapped[int]
    author: Mapped[str]
    staff_id: Mapped[str | None]
    external_id: Mapped[str | None]
    kind: Mapped[str] = mapped_column(default="text")
    state: Mapped[str]
    language: Mapped[str]
    content: Mapped[bytes]
    screening: Mapped[bytes | None]
    traces: Mapped[bytes | None]
    answers: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Handoff(Table):
    """A case in the hotline's queue. At most one of a conversation is not closed.

    `set_aside_as` is the mark of the wave as part of which a consultant set it aside.
    """

    __tablename__ = "handoffs"
    __table_args__ = (Index("ix_handoffs_closed_at_triage", "closed_at", "triage"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str]
    triage: Mapped[str]
    triage_rank: Mapped[int]
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    taken_by: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    last_seen_number: Mapped[int] = mapped_column(default=0)
    withdrawn_at: Mapped[datetime | None]
    set_aside_as: Mapped[str | None]
    set_aside_at: Mapped[datetime | None]
    set_aside_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer, default=0)
    expires_at: Mapped[datetime]


class TriageChange(Table):
    """One change of a conversation's triage, by the machine or by a consultant."""

    __tablename__ = "triage_changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    before: Mapped[str]
    after: Mapped[str]
    changed_by: Mapped[str]
    reason: Mapped[bytes | None]
    message_number: Mapped[int | None]
    changed_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class CaseFile(Table):
    """What consultants wrote down about a case: consents, tags, the report as they corrected it, their verdict on the screening.

    Consents are share (with the police), confidential or anonymous. Words are sealed.
    """

    __tablename__ = "case_files"

    handoff_id: Mapped[str] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True)
    victim_consent: Mapped[str | None]
    witness_consent: Mapped[str | None]
    tags: Mapped[bytes | None]
    report: Mapped[bytes | None]
    verdict: Mapped[str | None]
    expires_at: Mapped[datetime]


class CaseNote(Table):
    """A consultant's note on a case; notes are added, never changed."""

    __tablename__ = "case_notes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    handoff_id: Mapped[str] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[str]
    content: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class EvaluationRow(Table):
    """A consultant's verdict on one screening, for the evaluation; nothing in it leads back to a person or a case.

    `id` is random: the order of the rows would tell which entry of the audit log each belongs to. `day` holds the month, such as
    2026-11. `indicators` holds ids with spaces between. `example` is an invented message that the consultant wrote, sealed.
    """

    __tablename__ = "evaluation_rows"
    __table_args__ = (Index("ix_evaluation_rows_expires_at", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=_random_id)
    day: Mapped[str]
    verdict: Mapped[str]
    triage: Mapped[str]
    right_triage: Mapped[str | None]
    indicators: Mapped[str]
    speaker: Mapped[str]
    language: Mapped[str]
    channel: Mapped[str]
    example: Mapped[bytes | None]
    expires_at: Mapped[datetime]


class Delivery(Table):
    """A reply on its way out through a channel that pushes: the outbox.

    `state`: due, sending, sent, delivered, failed, unknown (the provider did not say), cancelled. While it is open,
    `finished_at` is empty. A text may need several messages: `parts` says how many, `provider_ids` holds the provider's ids of those
    that it took, with spaces between, sealed (`provider_id` did in the clear: it is empty since bot/storage/concealed.py).
    `uncertain` counts how often the provider did not say whether it took one; it is 1 as well when a process died with it in hand.
    `regardless`: it is sent even while a consultant owns the conversation, or after STOP.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    state: Mapped[str]
    regardless: Mapped[bool] = mapped_column(default=False)
    parts: Mapped[int] = mapped_column(default=1)
    uncertain: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    provider_id: Mapped[str | None]
    provider_ids: Mapped[bytes | None]
    error_code: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class ProviderErasureDue(Table):
    """What is left to do at a provider after an erasure (bot/delivery/provider_erasures.py): sealed, under an id that leads to nobody."""

    __tablename__ = "farewells"  # kept, for whoever looks into the database and for backups of former versions
    __table_args__ = (Index("ix_farewells_due_at", "due_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    content: Mapped[bytes]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Receipt(Table):
    """That a webhook's message was taken: a keyed hash of its id, which outlives the conversation, so that a replay stays one."""

    __tablename__ = "receipts"
    __table_args__ = (Index("ix_receipts_expires_at", "expires_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class Spending(Table):
    """How many paid replies the program gave on one day: to one person, or to all (`who` is empty).

    `who` is a keyed hash of the pseudonym and the day: it leads neither to a conversation nor to another day.
    """

    __tablename__ = "spending"
    __table_args__ = (Index("ix_spending_expires_at", "expires_at"),)

    day: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)
    replies: Mapped[int] = mapped_column(default=0)
    told: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime]


class Staff(Table):
    """Somebody of the hotline who may log in to the console."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[bytes | None]
    totp_last_step: Mapped[int] = mapped_column(default=0)
    disabled_at: Mapped[datetime | None]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSession(Table):
    """A login at the console; only a hash of its cookie is kept.

    `unlocked` is the account's private key, sealed with the cookie (bot/console/staff_keys.py): who has the database opens it not.
    """

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    csrf: Mapped[str]
    second_factor: Mapped[bool] = mapped_column(default=False)
    unlocked: Mapped[bytes | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AuditEntry(Table):
    """One reading or change, chained to the one before by its hash."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    staff_id: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class Alarm(Table):
    """That staff are called, until somebody answers: for a case that waits too long, a test, or the daily self-test.

    `kind`: case, test, self_test, way (one that does not work). `key` makes it unique: the same reason raises one alarm, however
    many processes look.
    `cases` is more than one in the alarm of a wave, whose `handoff_id` is the case that stands for all.
    `state`: sounding, acknowledged, ended. `round` counts the calls through all ways; `generation` the acknowledgements, each of
    which makes the links sent before it worthless. `heard_by` is a staff id, or `link:` and the way whose message was answered.
    """

    __tablename__ = "alarms"
    __table_args__ = (Index("ix_alarms_state", "state"), Index("ix_alarms_expires_at", "expires_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    handoff_id: Mapped[str | None] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    triage: Mapped[str]
    language: Mapped[str]
    since: Mapped[datetime]
    cases: Mapped[int] = mapped_column(default=1)
    raised_at: Mapped[datetime]
    state: Mapped[str]
    round: Mapped[int] = mapped_column(default=0)
    next_round_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(default=0)
    heard_by: Mapped[str | None]
    heard_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]
    expires_at: Mapped[datetime]


class AlarmCall(Table):
    """One call of an alarm through one way, with its retries.

    `state`: due, sending (until `due_at`, when somebody else may take it up), sent, arrived, failed, cancelled.
    """

    __tablename__ = "alarm_calls"
    __table_args__ = (Index("ix_alarm_calls_state_due_at", "state", "due_at"), Index("ix_alarm_calls_way", "way", "finished_at"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    alarm_id: Mapped[str] = mapped_column(ForeignKey("alarms.id", ondelete="CASCADE"), index=True)
    way: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
