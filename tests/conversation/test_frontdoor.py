"""The way of a message, through the front door."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.conversation.frontdoor import FrontDoor
from bot.conversation.outcome import Outcome
from bot.dialogue.answers import Library
from bot.dialogue.features import NEW, Context
from bot.dialogue.turn import Understood
from bot.messages import Inbound, Triage
from bot.program import Program
from bot.storage.tables import Conversation, Delivery, Handoff, Message, TriageChange
from tests.support import HOTLINE, Clock, PlainAssistant, open_program


def inbound(text: str, *, who: str = "p1", number: str = "1", channel: str = "web", clock: Clock | None = None) -> Inbound:
    return Inbound(channel=channel, pseudonym=who, external_id=number, text=text, received_at=(clock or Clock())(), address=None)


async def count(program: Program, table: type) -> int:
    async with program.database.transaction() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


def another_process(program: Program) -> FrontDoor:
    """Return a front door over the same database that knows nothing of the program's turns."""
    return FrontDoor(
        database=program.database,
        residual_data=program.residual_data,
        conversations=program.conversations,
        queue=program.queue,
        assistant=PlainAssistant(),
        wording=program.wording,
        lexicon=program.lexicon,
        library=program.frontdoor.editions.files.library,
        live_events=program.live_events,
        clock=program.clock,
    )


async def the_case(program: Program) -> Handoff:
    async with program.database.transaction() as session:
        return (await session.execute(select(Handoff))).scalar_one()


async def take(program: Program, staff_id: str = "c1") -> None:
    case = await the_case(program)
    async with program.database.transaction() as session:
        await program.queue.take(session, case.id, staff_id, program.clock())


async def test_a_question_is_answered_and_makes_no_case(program: Program) -> None:
    outcome = await program.frontdoor.receive(inbound("jak mi pomożecie"))
    assert [reply.text for reply in outcome.replies] == [f"ask 1: {HOTLINE}"]
    assert (outcome.triage, outcome.handoff) == (Triage.NONE, False)
    assert await count(program, Handoff) == 0


async def test_the_same_message_again_gives_the_same_answer_and_changes_nothing(
    program: Program, assistant: PlainAssistant
) -> None:
    first = await program.frontdoor.receive(inbound("szef ma mój paszport"))
    again = await program.frontdoor.receive(inbound("szef ma mój paszport"))
    assert (again.replies, again.triage, again.handoff) == (first.replies, first.triage, first.handoff)
    assert len(assistant.heard) == 1
    assert await count(program, Message) == 2


async def test_the_same_message_twice_at_once_is_answered_once(program: Program, assistant: PlainAssistant) -> None:
    outcomes = await asyncio.gather(*(program.frontdoor.receive(inbound("szef ma mój paszport")) for _ in range(5)))
    assert len({outcome.replies for outcome in outcomes}) == 1
    assert len(assistant.heard) == 1


async def test_messages_of_one_person_are_answered_in_their_order(program: Program, assistant: PlainAssistant) -> None:
    texts = [f"pytanie {index}" for index in range(8)]
    accepted = [await program.frontdoor.accept(inbound(text, number=str(index))) for index, text in enumerate(texts)]
    await asyncio.gather(*(program.frontdoor.answer(*ids) for ids in reversed(accepted)))
    assert assistant.heard == texts


async def test_two_messages_at_two_processes_are_answered_once_and_build_on_each_other(tmp_path: Path) -> None:
    class Slow(PlainAssistant):
        """While it thinks about the first message, another process takes the second, and answers both in their order."""

        other: FrontDoor | None = None

        async def understand(
            self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
        ) -> Understood:
            if self.other is not None and text == "pytanie 1":
                other, self.other = self.other, None
                later.append(await other.receive(inbound("szef ma mój paszport", number="2")))
            return await super().understand(text, language_hint=language_hint, context=context)

    later: list[Outcome] = []
    assistant = Slow()
    program = await open_program(tmp_path, assistant)
    assistant.other = another_process(program)
    outcome = await program.frontdoor.receive(inbound("pytanie 1", number="1"))
    assert [reply.text for reply in outcome.replies] == [f"ask 1: {HOTLINE}"]
    assert [reply.text.endswith(f" 2: {HOTLINE}") for outcome in later for reply in outcome.replies] == [True]
    async with program.database.transaction() as session:
        conversation = (await session.execute(select(Conversation))).scalar_one()
        assert program.conversations.findings(conversation).triage is Triage.HIGH
        assert len(await program.conversations.messages(session, conversation.id)) == 4


async def test_what_is_judged_while_the_program_thinks_is_not_overwritten(tmp_path: Path) -> None:
    class Slow(PlainAssistant):
        """While it thinks, a consultant judges what the conversation has shown."""

        async def understand(
            self, text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
        ) -> Understood:
            if not self.heard:
                async with program.database.transaction() as session:
                    conversation = (await session.execute(select(Conversation))).scalar_one()
                    judged = program.conversations.findings(conversation).judged_as(Triage.MEDIUM, 1)
                    conversation.findings = program.vault.seal_json(judged.as_json(), f"findings:{conversation.id}")
            return await super().understand(text, language_hint=language_hint, context=context)

    assistant = Slow()
    program = await open_program(tmp_path, assistant)
    outcome = await program.frontdoor.receive(inbound("pytanie 1", number="1"))
    assert assistant.heard == ["pytanie 1", "pytanie 1"]  # it was decided again
    assert len(outcome.replies) == 1
    async with program.database.transaction() as session:
        conversation = (await session.execute(select(Conversation))).scalar_one()
        assert program.conversations.findings(conversation).triage is Triage.MEDIUM
    await program.close()


async def test_a_disclosure_is_in_the_queue_with_its_reasons_when_the_reply_is_out(program: Program) -> None:
    outcome = await program.frontdoor.receive(inbound("szef ma mój paszport"))
    assert (outcome.triage, outcome.handoff) == (Triage.HIGH, True)
    case = await the_case(program)
    assert (case.reason, case.triage) == ("screening", "high")
    async with program.database.transaction() as session:
        conversation = await session.get(Conversation, case.conversation_id)
        assert conversation is not None
        findings = program.conversations.findings(conversation)
    assert [name.value for name in findings.indicators] == ["documents_taken"]


async def test_triage_of_a_conversation_rises_and_never_falls_by_itself(program: Program) -> None:
    for number, text in enumerate(["dług rośnie", "szef ma mój paszport", "zamknął nas", "żartowałam", "ok dziękuję"]):
        outcome = await program.frontdoor.receive(inbound(text, number=str(number)))
    assert outcome.triage is Triage.EMERGENCY
    async with program.database.transaction() as session:
        steps = [(change.before, change.after) for change in (await session.execute(select(TriageChange))).scalars()]
    assert steps == [("none", "medium"), ("medium", "high"), ("high", "emergency")]
    assert (await the_case(program)).triage == "emergency"


async def test_a_person_who_asks_for_a_person_is_queued(program: Program) -> None:
    outcome = await program.frontdoor.receive(inbound("@human"))
    assert outcome.handoff
    assert (await the_case(program)).reason == "asked"


async def test_without_a_model_the_person_gets_the_number_and_the_case_is_queued(program: Program) -> None:
    program.frontdoor.decider.assistant = None
    outcome = await program.frontdoor.receive(inbound("dzień dobry"))
    assert HOTLINE in outcome.replies[0].text
    assert "112" in outcome.replies[0].text
    assert (await the_case(program)).reason == "failure"


async def test_when_an_action_fails_the_screening_is_kept_and_the_person_gets_the_number(
    program: Program, assistant: PlainAssistant
) -> None:
    assistant.fail_turn = RuntimeError("an action raised")
    outcome = await program.frontdoor.receive(inbound("він забрав мої документи, їх немає; paszport"))
    assert HOTLINE in outcome.replies[0].text
    assert outcome.replies[0].language == "uk"
    assert outcome.triage is Triage.HIGH
    assert outcome.handoff


async def test_while_a_consultant_owns_the_conversation_the_program_is_silent(program: Program) -> None:
    await program.frontdoor.receive(inbound("szef ma mój paszport"))
    await take(program)
    outcome = await program.frontdoor.receive(inbound("a co teraz", number="2"))
    assert outcome.replies == ()
    async with program.database.transaction() as session:
        states = (await session.execute(select(Message.state).where(Message.author == "person"))).scalars().all()
    assert sorted(states) == ["answered", "unread"]


async def test_a_consultant_who_takes_the_case_while_the_program_thinks_is_the_one_who_speaks(
    program: Program, assistant: PlainAssistant
) -> None:
    await program.frontdoor.receive(inbound("szef ma mój paszport"))
    original = assistant.turn

    async def slow_turn(*arguments: object, **named: object) -> object:
        await take(program)
        return await original(*arguments, **named)  # type: ignore[arg-type]

    assistant.turn = slow_turn  # type: ignore[method-assign, assignment]
    outcome = await program.frontdoor.receive(inbound("halo", number="2"))
    assert outcome.replies == ()


async def test_a_consultants_words_reach_only_a_conversation_that_is_theirs(program: Program) -> None:
    await program.frontdoor.receive(inbound("szef ma mój paszport"))
    case = await the_case(program)
    assert await program.frontdoor.consultants.say(case.conversation_id, staff_id="c1", text="Dzień dobry") is None
    await take(program, "c1")
    assert await program.frontdoor.consultants.say(case.conversation_id, staff_id="c2", text="Dzień dobry") is None
    reply = await program.frontdoor.consultants.say(case.conversation_id, staff_id="c1", text="Dzień dobry")
    assert reply is not None
    assert (reply.author, reply.text) == ("consultant", "Dzień dobry")


async def test_an_answer_for_a_pushing_channel_is_in_the_outbox_with_the_decision(program: Program) -> None:
    await program.frontdoor.receive(inbound("jak mi pomożecie", channel="telegram"))
    assert await count(program, Delivery) == 1


async def test_a_message_that_a_crash_left_unanswered_is_answered_at_the_next_start(
    program: Program, assistant: PlainAssistant, clock: Clock
) -> None:
    await program.frontdoor.accept(inbound("szef ma mój paszport"))
    clock.move(seconds=1)
    assert await program.frontdoor.recover() == 1
    assert await program.frontdoor.recover() == 0
    assert (await the_case(program)).triage == "high"
    assert len(assistant.heard) == 1


async def test_deleting_everything_leaves_nothing_of_the_person(program: Program) -> None:
    await program.frontdoor.receive(inbound("szef ma mój paszport", channel="telegram"))
    outcome = await program.frontdoor.receive(inbound("@delete", number="2", channel="telegram"))
    assert outcome.erased
    assert outcome.replies
    for table in (Conversation, Message, Handoff, TriageChange, Delivery):
        assert await count(program, table) == 0


async def test_a_language_button_changes_the_language_and_is_no_message_about_anybody(program: Program) -> None:
    outcome = await program.frontdoor.receive(inbound("@lang_uk"))
    assert {reply.language for reply in outcome.replies} == {"uk"}
    assert (outcome.triage, outcome.handoff) == (Triage.NONE, False)


async def test_a_language_is_chosen_also_while_a_consultant_owns_the_conversation(program: Program) -> None:
    await program.frontdoor.receive(inbound("szef ma mój paszport"))
    await take(program)
    outcome = await program.frontdoor.receive(inbound("@lang_ar", number="2"))
    assert outcome.replies == ()
    reply = await program.frontdoor.consultants.say((await the_case(program)).conversation_id, staff_id="c1", text="مرحبا")
    assert reply is not None
    assert reply.language == "ar"


async def test_a_language_is_chosen_also_while_nothing_is_understood(tmp_path: Path) -> None:
    program = await open_program(tmp_path)
    outcome = await program.frontdoor.receive(inbound("@lang_ar"))
    assert [reply.language for reply in outcome.replies] == ["ar"]
    later = await program.frontdoor.receive(inbound("szef ma mój paszport", number="2"))
    assert {reply.language for reply in later.replies} == {"ar"}
    await program.close()


async def test_a_text_that_looks_like_a_button_but_is_none_is_read_as_text(program: Program, assistant: PlainAssistant) -> None:
    await program.frontdoor.receive(inbound("@szef ma mój paszport"))
    assert assistant.heard == ["@szef ma mój paszport"]


async def test_after_a_refusal_a_sign_queues_nothing_and_a_danger_to_life_does(program: Program) -> None:
    await program.frontdoor.receive(inbound("@human"))
    outcome = await program.frontdoor.receive(inbound("@withdraw", number="2"))
    assert not outcome.handoff
    outcome = await program.frontdoor.receive(inbound("szef ma mój paszport", number="3"))
    assert (outcome.triage, outcome.handoff) == (Triage.HIGH, False)
    outcome = await program.frontdoor.receive(inbound("zamknął nas", number="4"))
    assert outcome.handoff
    assert (await the_case(program)).withdrawn_at is None


async def test_conversations_go_when_their_time_is_over_and_cases_later(program: Program, clock: Clock) -> None:
    await program.frontdoor.receive(inbound("jak mi pomożecie", who="short"))
    await program.frontdoor.receive(inbound("szef ma mój paszport", who="case"))
    clock.move(days=31)
    async with program.database.transaction() as session:
        assert await program.conversations.purge(session, clock()) == 1
    clock.move(days=60)
    async with program.database.transaction() as session:
        assert await program.conversations.purge(session, clock()) == 1
    assert await count(program, Message) == 0


async def test_a_greeting_is_said_once(program: Program) -> None:
    first = await program.frontdoor.greet(channel="web", pseudonym="p9", language="pl")
    assert HOTLINE in first[0].text
    assert "112" in first[0].text
    assert await program.frontdoor.greet(channel="web", pseudonym="p9", language="pl") == []


async def test_lone_surrogates_nul_and_right_to_left_marks_are_stored_and_answered(program: Program) -> None:
    nasty = ["\ud800", "a\x00b", "\u202eabc", "😀" * 10_000, "/restart", '/intent{"x":1}', " "]
    for number, text in enumerate(nasty):
        outcome = await program.frontdoor.receive(replace(inbound("x"), text=text, external_id=str(number)))
        assert outcome.replies


@pytest.mark.parametrize(("last", "queued"), [("szef ma mój paszport", True), ("ile to kosztuje", False)])
async def test_a_message_that_another_process_answered_first_has_the_true_handoff(
    program: Program, assistant: PlainAssistant, last: str, queued: bool
) -> None:
    conversation_id, message_id = await program.frontdoor.accept(inbound(last))
    understand = assistant.understand

    async def slowly(
        text: str, *, language_hint: str | None = None, context: Context = NEW, library: Library | None = None
    ) -> Understood:
        if not assistant.heard:
            assistant.heard.append("first")
            await another_process(program).answer(conversation_id, message_id)
        return await understand(text, language_hint=language_hint, context=context)

    assistant.understand = slowly  # type: ignore[method-assign]
    outcome = await program.frontdoor.answer(conversation_id, message_id)
    assert outcome.handoff is queued
    assert len(outcome.replies) == 1
    again = await program.frontdoor.answer(conversation_id, message_id)
    assert again.handoff is queued


async def test_the_same_fixed_text_is_not_said_twice_in_a_row(program: Program, assistant: PlainAssistant) -> None:
    assistant.fail_understanding = ValueError("broken")
    first = await program.frontdoor.receive(inbound("halo"))
    second = await program.frontdoor.receive(inbound("halo", number="2"))
    assert second.replies[0].text != first.replies[0].text
    assert second.replies[0].text.endswith(first.replies[0].text)


@pytest.mark.parametrize(
    ("typed", "command"), [("nie mogę dzwonić", "ask:write_instead_of_call"), ("Kto to czyta", "ask:who_reads")]
)
async def test_the_title_of_a_button_is_the_button_on_every_channel(program: Program, typed: str, command: str) -> None:
    await program.frontdoor.receive(inbound("dzień dobry"))
    outcome = await program.frontdoor.receive(inbound(typed, number="2"))
    assert outcome.commands == (command,)


async def test_a_reply_says_which_texts_it_holds_and_what_it_was_understood_as(program: Program) -> None:
    outcome = await program.frontdoor.receive(inbound("@human"))
    assert outcome.said == ("handoff_short",)
    assert outcome.commands == ("want:human",)
