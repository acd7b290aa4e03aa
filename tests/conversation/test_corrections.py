"""Corrections in the turn: what the dialogue does with them, what means nearly the same, and what a turn may cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation.corrections import Corrections
from bot.dialogue.commands import Commands
from bot.dialogue.features import NEW, Context, packed
from bot.dialogue.turn import Understood
from bot.messages import Evidence, Indicator, Screening, Triage
from bot.program import Program
from bot.screening.phrase_corrections import CorrectionKind, PhraseCorrection
from bot.storage.corrections import MOST, CorrectionStore, TooManyCorrections
from tests.support import NOON, PlainAssistant

CARRIED = PhraseCorrection(CorrectionKind.SAYS, "wożą nas do pana", Indicator.SEXUAL_EXPLOITATION)
DIES = PhraseCorrection(CorrectionKind.SAYS, "skończę z tym dzisiaj", Indicator.SUICIDE_RISK)
OFFICE = PhraseCorrection(CorrectionKind.SAYS_NOT, "zostawiłam paszport na wizę w urzędzie", Indicator.DOCUMENTS_TAKEN)
LAUGHING = PhraseCorrection(CorrectionKind.NO_EMERGENCY, "zaraz umrę ze śmiechu no naprawdę", triage=Triage.NONE)
NOT_DYING = PhraseCorrection(CorrectionKind.SAYS_NOT, "chyba się zabiję z tej nudy", Indicator.SUICIDE_RISK)
CALMING = (OFFICE, LAUGHING, NOT_DYING)
OF_DANGER = {"danger:self", "danger:other", "hint:danger"}
OF_DYING = {"feel:suicide", "doubt:suicide", "doubt:denied", "hint:suicide"}
BESIDES = "a szef ma mój paszport"


class Reader:
    """Understands the texts that it was told of, and counts how many it read."""

    def __init__(self, **known: Understood) -> None:
        self.known = {text.replace("_", " "): understood for text, understood in known.items()}
        self.read: list[str] = []

    async def __call__(self, text: str) -> Understood:
        self.read.append(text)
        return self.known.get(text, understood())


class ReadingAssistant(PlainAssistant):
    """Understands as a reader does."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self.read = read

    async def understand(self, text: str, *, language_hint: str | None = None, context: Context = NEW) -> Understood:
        return await self.read(text)


def understood(triage: Triage = Triage.NONE, *commands: str, vector: tuple[float, ...] = (), **signs: str) -> Understood:
    evidence = tuple(Evidence(Indicator(name), words) for name, words in signs.items())
    numbers = packed(np.array(vector, np.float32)) if vector else ""
    return Understood(Screening("pl", triage, evidence), Commands.of(*commands), vector=numbers)


async def known(program: Program, *corrections: PhraseCorrection) -> Corrections:
    store = CorrectionStore(program.vault)
    async with program.database.transaction() as session:
        for correction in corrections:
            await store.add(session, correction, by="iga", now=NOON)
    found = Corrections(store)
    async with program.database.reading() as session:
        await found.look(session)
    return found


@pytest.fixture
async def calmed(program: Program) -> Corrections:
    return await known(program, *CALMING)


async def test_what_is_no_emergency_is_not_answered_as_one(program: Program) -> None:
    corrections, read = await known(program, LAUGHING), Reader()
    joke = understood(Triage.EMERGENCY, "feel:suicide", "hint:danger", "greet", suicide_risk="umrę ze śmiechu")
    after = await corrections.applied("Hej! Zaraz umrę ze śmiechu, no naprawdę", joke, read)
    assert (after.screening.triage, after.screening.signs) == (Triage.NONE, frozenset())
    assert after.commands.names == {"greet"}
    alone = await corrections.applied(LAUGHING.phrase, understood(Triage.EMERGENCY, "danger:self"), read)
    assert alone.commands.names == {"tell:self"}  # it is received like anything that is told


async def test_what_the_rest_of_the_message_tells_is_answered(program: Program) -> None:
    rest = understood(Triage.NONE, "feel:suicide")
    read = Reader(**{"… . nie chcę już żyć": rest})
    corrections = await known(program, LAUGHING)
    whole = understood(Triage.NONE, "feel:tired")
    after = await corrections.applied(f"{LAUGHING.phrase}. nie chcę już żyć", whole, read)
    assert after.commands.names == {"feel:tired", "feel:suicide"}
    assert (after.screening.triage, after.screening.signs) == (Triage.EMERGENCY, {Indicator.SUICIDE_RISK})


read_as = st.builds(
    lambda triage, signs, commands: understood(triage, *sorted(commands), **signs),
    triage=st.sampled_from(Triage),
    signs=st.dictionaries(
        st.sampled_from([Indicator.SUICIDE_RISK, Indicator.DOCUMENTS_TAKEN, Indicator.ISOLATION]),
        st.sampled_from(["", BESIDES, *(correction.phrase for correction in CALMING)]),
    ),
    commands=st.sets(st.sampled_from([*sorted(OF_DANGER | OF_DYING), "greet", "tell:self", "done:called"]), max_size=5),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    standing=st.lists(st.sampled_from(CALMING), min_size=1, unique=True),
    besides=st.sampled_from(["", BESIDES]),
    whole=read_as,
    rest=read_as,
)
async def test_what_belongs_to_the_triage_and_the_signs_that_stay_is_answered_as_before(
    calmed: Corrections, standing: list[PhraseCorrection], besides: str, whole: Understood, rest: Understood
) -> None:
    async def read(_text: str) -> Understood:
        return rest

    text = f"{'. '.join(correction.phrase for correction in standing)}. {besides}"
    after = await calmed.applied(text, whole, read)
    before, stay = whole.commands.names, after.commands.names
    assert before - OF_DANGER - OF_DYING <= stay
    if after.screening.triage is Triage.EMERGENCY:
        assert before & OF_DANGER <= stay
    if Indicator.SUICIDE_RISK in after.screening.signs or standing == [OFFICE]:
        assert before & OF_DYING <= stay
    if besides:
        assert rest.commands.names & (OF_DANGER | OF_DYING) <= stay


async def test_a_message_that_says_to_want_to_die_by_a_correction_is_answered_so(program: Program) -> None:
    corrections = await known(program, DIES)
    after = await corrections.applied("Skończę z tym dzisiaj", understood(Triage.NONE, "tell:self"), Reader())
    assert after.screening.triage is Triage.EMERGENCY
    assert "feel:suicide" in after.commands


@pytest.mark.parametrize(("vector", "near"), [((1.0, 0.7), True), ((1.0, 0.8), False)])
async def test_a_message_that_means_nearly_the_same_has_the_sign_as_well(
    program: Program, vector: tuple[float, float], near: bool
) -> None:
    corrections = await known(program, CARRIED)
    read = Reader(**{CARRIED.phrase: understood(vector=(5.0, 0.0))})
    after = await corrections.applied("jeżdżą z nami do tego pana", understood(vector=vector), read)
    assert (Indicator.SEXUAL_EXPLOITATION in after.screening.signs) is near
    assert (after.screening.triage is Triage.HIGH) is near


async def test_one_that_says_less_counts_for_its_own_words_only(program: Program) -> None:
    corrections, same = await known(program, LAUGHING), (1.0, 0.0)
    grave = understood(Triage.EMERGENCY, "feel:suicide", vector=same, suicide_risk="umrę ze śmiechu")
    after = await corrections.applied("zaraz umrę ze śmiechu, naprawdę", grave, Reader(**{LAUGHING.phrase: grave}))
    assert after == grave


async def test_of_corrections_that_contradict_each_other_what_is_more_urgent_counts(program: Program) -> None:
    serious = replace(LAUGHING, triage=Triage.MEDIUM)
    says = PhraseCorrection(CorrectionKind.SAYS, OFFICE.phrase, Indicator.DOCUMENTS_TAKEN)
    for order in ((LAUGHING, serious, OFFICE, says), (says, OFFICE, serious, LAUGHING)):
        corrections = await known(program, *order)
        joke = understood(Triage.EMERGENCY, suicide_risk="umrę ze śmiechu")
        assert (await corrections.applied(LAUGHING.phrase, joke, Reader())).screening.triage is Triage.MEDIUM
        office = understood(Triage.HIGH, documents_taken=OFFICE.phrase)
        after = await corrections.applied(OFFICE.phrase, office, Reader())
        assert (after.screening.triage, after.screening.signs) == (Triage.HIGH, {Indicator.DOCUMENTS_TAKEN})
        async with program.database.transaction() as session:
            for number in await corrections.store.ids(session):
                await corrections.store.undo(session, number)


async def test_a_turn_reads_one_new_phrase_at_most_and_the_others_are_read_beside_the_turns(program: Program) -> None:
    many = [PhraseCorrection(CorrectionKind.SAYS, f"zdanie numer {number}", Indicator.THREATS) for number in range(9)]
    corrections, read = await known(program, *many), Reader(**{one.phrase: understood(vector=(0.0, 1.0)) for one in many})
    await corrections.applied("dzień dobry", understood(vector=(1.0, 0.0)), read)
    assert len(read.read) == 1
    await corrections.catch_up(program.database, ReadingAssistant(read))
    assert sorted(read.read) == [one.phrase for one in many]
    await corrections.applied("dzień dobry", understood(vector=(1.0, 0.0)), read)
    assert len(read.read) == 9


async def test_a_button_is_corrected_by_nobody(program: Program) -> None:
    corrections, pressed = await known(program, CARRIED, LAUGHING), understood(Triage.NONE, "want:human")
    assert await corrections.applied("@human", pressed, Reader()) is pressed


async def test_there_are_no_more_corrections_than_every_message_can_be_searched_for(program: Program) -> None:
    store = CorrectionStore(program.vault)
    async with program.database.transaction() as session:
        for _ in range(MOST):
            await store.add(session, CARRIED, by="iga", now=NOON)
        with pytest.raises(TooManyCorrections):
            await store.add(session, CARRIED, by="iga", now=NOON)
