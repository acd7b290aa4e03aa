"""Promise: nothing in lists, dialogue or corrections lowers what the screening found."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from bot.conversation.urgency import raised
from bot.dialogue.answers import Library
from bot.dialogue.commands import ASK, EXACT_ONLY, LABELS, Command, Commands
from bot.dialogue.exact import BUTTONS, exact
from bot.dialogue.features import Context
from bot.dialogue.rules import sections_of
from bot.dialogue.state import Danger, Person, State, Who
from bot.dialogue.turn import Around, Speaking, Understood
from bot.language.lexicon import Lexicon
from bot.language.normalise import words
from bot.messages import LANGUAGES, Evidence, Indicator, Screening, Speaker, Triage
from bot.screening.findings import Findings
from bot.screening.phrase_corrections import CALMER, CorrectionKind, PhraseCorrection, borne_by, lowered, rest_of
from bot.screening.phrase_corrections import raised as corrected_up

LIBRARY, LEXICON = Library.load(), Lexicon.load()
PHRASES = sorted({phrase for meanings in LEXICON.phrases.values() for phrases in meanings.values() for phrase in phrases})

commands = st.lists(
    st.one_of(
        st.sampled_from([name for name in (*LABELS, *EXACT_ONLY) if name != ASK]).map(Command),
        st.sampled_from(sorted(LIBRARY.answers)).map(lambda name: Command(ASK, name)),
    ),
    max_size=5,
).map(lambda found: Commands(tuple(found)))
screenings = st.builds(
    Screening,
    language=st.sampled_from(LANGUAGES),
    triage=st.sampled_from(list(Triage)),
    indicators=st.lists(st.sampled_from(list(Indicator)), max_size=4, unique=True).map(
        lambda signs: tuple(Evidence(sign, "") for sign in signs)
    ),
    speaker=st.sampled_from(list(Speaker)),
    handoff=st.floats(0, 1),
)
states = st.builds(
    State,
    who=st.sampled_from(list(Who)),
    danger=st.sampled_from(list(Danger)),
    suicide=st.sampled_from(list(Danger)),
    person=st.sampled_from(list(Person)),
    awaits=st.sampled_from([None, "human", "erase", "hurting", "safe_now", "report:where", "report_send", "time", "word"]),
    told_self=st.booleans(),
    told_other=st.booleans(),
)
texts = st.one_of(
    st.text(max_size=60),
    st.sampled_from(PHRASES),
    st.sampled_from([f"@{button}" for button in BUTTONS]),
    st.tuples(st.sampled_from(PHRASES), st.text(max_size=30)).map(" ".join),
)


@given(text=texts, found=screenings, does=commands)
def test_a_message_is_never_read_as_less_urgent_or_with_fewer_signs_than_the_screening_found(
    text: str, found: Screening, does: Commands
) -> None:
    listed = exact(text, found.language, LEXICON) or does
    after = raised(Understood(found, listed))
    assert after.triage.rank >= found.triage.rank
    assert after.signs >= found.signs


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(text=texts, found=screenings, does=commands, state=states, before=screenings)
def test_no_turn_of_the_dialogue_lowers_what_a_conversation_has_shown(
    text: str, found: Screening, does: Commands, state: State, before: Screening
) -> None:
    shown = Findings().with_message(before, 1)
    alone = shown.with_message(found, 2)
    understood = Understood(found, does)
    findings = shown.with_message(raised(understood), 2)
    around = Around(LIBRARY, triage=findings.triage)
    speaking = Speaking.begin(text, understood, state, around)
    for section in sections_of(speaking.turn.commands.main_intent(), speaking.turn.now.phase):
        speaking.section(section)
    assert findings.triage.rank >= alone.triage.rank
    assert findings.indicators.keys() >= alone.indicators.keys()
    assert speaking.concluded().triage.rank >= alone.triage.rank


@given(state=states)
def test_a_state_is_what_it_was_after_it_was_stored(state: State) -> None:
    assert State.from_json(state.as_json()) == state
    assert Context.from_json(Context.of(state).as_json()) == Context.of(state)


corrections = st.builds(
    PhraseCorrection,
    kind=st.sampled_from([CorrectionKind.SAYS_NOT, CorrectionKind.NO_EMERGENCY]),
    phrase=st.sampled_from(["on ma mój paszport i co", "umrę ze śmiechu no nie mogę", "i co", ""]),
    sign=st.sampled_from(list(Indicator)),
    triage=st.sampled_from(CALMER),
)
found_with_words = st.builds(
    Screening,
    language=st.just("pl"),
    triage=st.sampled_from(list(Triage)),
    indicators=st.dictionaries(
        st.sampled_from(list(Indicator)),
        st.sampled_from(["", "i co", "on ma mój paszport", "bije mnie i co", "wszystko"]),
        max_size=4,
    ).map(lambda signs: tuple(Evidence(sign, words) for sign, words in signs.items())),
    handoff=st.floats(0, 1),
)


@given(whole=found_with_words, rest=st.none() | found_with_words, calming=st.lists(corrections, min_size=1, max_size=3))
def test_a_coordinators_correction_lowers_no_other_sign_and_no_triage_that_other_words_bear(
    whole: Screening, rest: Screening | None, calming: list[PhraseCorrection]
) -> None:
    after = lowered(whole, rest, calming)
    assert whole.signs - after.signs <= {correction.denied for correction in calming}
    besides = rest if rest is not None else Screening("pl", Triage.NONE)
    assert after.signs >= besides.signs
    assert after.triage.rank >= besides.triage.rank
    assert all(after.triage.rank >= min(whole.triage.rank, borne_by(sign).rank) for sign in after.signs)
    instead = [correction.triage.rank for correction in calming if correction.kind is CorrectionKind.NO_EMERGENCY]
    assert after.triage.rank >= min(whole.triage.rank, max(instead, default=0))
    if not instead and whole.triage is Triage.EMERGENCY:
        assert after.triage is Triage.EMERGENCY
    if whole.triage is not Triage.EMERGENCY and (after.signs & whole.signs or not whole.signs):
        assert after.triage.rank >= whole.triage.rank
    assert after.handoff >= besides.handoff
    if after.triage.rank >= whole.triage.rank:
        assert after.handoff >= whole.handoff


@given(before=found_with_words, says=st.lists(st.builds(Evidence, st.sampled_from(list(Indicator)), st.just("x")), max_size=3))
def test_a_coordinators_correction_that_says_a_sign_takes_nothing_away(before: Screening, says: list[Evidence]) -> None:
    after = corrected_up(before, says)
    assert after.signs == before.signs | {evidence.indicator for evidence in says}
    assert after.triage.rank >= before.triage.rank


@given(
    before=st.sampled_from(["", "szef ma mój paszport i mnie bije. ", "proszę przyjść, "]),
    after=st.sampled_from(["", ", zamknął mnie w pokoju", " i nie mam pieniędzy!!", " on ma mój paszport i co?"]),
    sign=st.sampled_from(list(Indicator)),
)
def test_the_words_around_a_corrected_phrase_are_all_read_again(before: str, after: str, sign: Indicator) -> None:
    phrase = PhraseCorrection(CorrectionKind.SAYS_NOT, "on ma mój paszport i co", sign)
    around = words(f"{before} {after}".replace("on ma mój paszport i co", ""))
    assert words(rest_of(f"{before}On ma mój paszport, i co{after}", [phrase])) == around
