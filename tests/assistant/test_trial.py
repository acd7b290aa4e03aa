"""Conversations that taught something when the program was tried as a new user would, in five languages, with the real assistant."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from bot.messages import Triage
from bot.program import Program
from tests.assistant.test_conversations import LANGUAGES, Person
from tests.support import HOTLINE

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.model

WORDS: dict[str, dict[str, str]] = {
    "pl": {
        "pieces": "szef zabrał mi paszport|mieszkamy w kontenerze 12 osób|mówi że jak odejdę to mam dług 8000|boję się",
        "what now": "i nie wiem co robić",
        "die": "nie chce mi się żyć",
        "alone": "nie mam nikogo",
        "report": "zgłoszenie",
        "seen": "u sąsiada za płotem pracuje kilku ludzi, gospodarz trzyma ich paszporty",
        "place": "wieś Zalesie koło Grójca",
        "drop": "dość pytań",
        "cannot call": "nie mogę dzwonić",
        "when": "kiedy do mnie pisać",
        "time": "po 22, jak on śpi",
        "word": "słowo",
        "fruit": "ananas",
        "person": "człowiek",
        "how long": "ile mam czekać",
        "back": "rozmyśliłam się",
        "normal": "już bezpiecznie",
        "two": "szef zabrał nam paszporty, ile kosztuje telefon do was?",
        "insult": "spierdalaj",
        "hello": "cześć",
    },
    "en": {
        "pieces": "boss took my passport|we are 10 in one room|he says i owe him 4000|i am scared",
        "what now": "what should i do",
        "die": "i want to die",
        "alone": "i am alone",
        "report": "report",
        "seen": "she cleans and looks after the kids and never goes out alone",
        "place": "Krakow, I don't know the street",
        "drop": "no more questions",
        "cannot call": "i can't call",
        "when": "when to write to me",
        "time": "after 10",
        "word": "code word",
        "fruit": "mango",
        "person": "a person please",
        "how long": "how long",
        "back": "take it back",
        "normal": "normal",
        "two": "the boss took our passports, how much does it cost to call you?",
        "insult": "stupid bot",
        "hello": "hello",
    },
    "uk": {
        "pieces": "господар забрав мій паспорт|живемо у вагончику 8 людей|каже що я винна йому 5000|я боюся",
        "what now": "що мені робити",
        "die": "не хочу жити",
        "alone": "нікого немає",
        "report": "повідомити",
        "seen": "на складі тримають хлопців, забрали документи",
        "place": "Познань, Франово",
        "drop": "досить питань",
        "cannot call": "не можу дзвонити",
        "when": "коли мені писати",
        "time": "після роботи, о 19",
        "word": "слово",
        "fruit": "яблуко",
        "person": "людина",
        "how long": "коли відповісте",
        "back": "передумала",
        "normal": "як раніше",
        "two": "господар забрав паспорти, скільки коштує дзвінок до вас?",
        "insult": "тупий бот",
        "hello": "привіт",
    },
    "ru": {
        "pieces": "хозяин забрал паспорт|живём в вагончике 8 человек|говорит что я должен ему|боюсь уйти",
        "what now": "что мне делать",
        "die": "не хочу больше жить",
        "alone": "никого",
        "report": "сообщить",
        "seen": "к ним ходят мужчины, их не выпускают",
        "place": "Гданьск",
        "drop": "хватит вопросов",
        "cannot call": "не могу позвонить",
        "when": "когда мне писать",
        "time": "ночью после 23",
        "word": "слово",
        "fruit": "яблоко",
        "person": "человека",
        "how long": "сколько ждать",
        "back": "передумала",
        "normal": "как раньше",
        "two": "хозяин забрал паспорта, сколько стоит звонок к вам?",
        "insult": "пошли вы",
        "hello": "привет",
    },
    "es": {
        "pieces": "el jefe me quitó el pasaporte|vivimos 9 en un cuarto|dice que le debo 3000|mucho miedo",
        "what now": "qué hago",
        "die": "ya no quiero vivir",
        "alone": "no tengo a nadie",
        "report": "quiero reportar",
        "seen": "limpia y cuida niños, le gritan mucho",
        "place": "Varsovia, Praga",
        "drop": "no quiero más preguntas",
        "cannot call": "no puedo llamar",
        "when": "cuándo escribirme",
        "time": "el domingo",
        "word": "palabra",
        "fruit": "manzana",
        "person": "una persona por favor",
        "how long": "cuánto tengo que esperar",
        "back": "retirar",
        "normal": "normal",
        "two": "el jefe nos quitó los pasaportes, ¿cuánto cuesta llamarlos?",
        "insult": "vete a la mierda",
        "hello": "hola",
    },
}


class Trier(Person):
    """A person with the words of the trial."""

    def words(self, name: str) -> str:
        return WORDS[self.language].get(name, name)

    async def tries(self, *names: str):  # type: ignore[no-untyped-def]
        for name in names:
            outcome = await self.writes(self.words(name))
        return outcome


@pytest.fixture(params=LANGUAGES)
def person(request: pytest.FixtureRequest, program: Program) -> Trier:
    return Trier(program, request.param)


async def test_who_tells_in_pieces_is_received_each_time_and_never_told_that_they_were_not_understood(person: Trier) -> None:
    said: list[str] = []
    for piece in person.words("pieces").split("|"):
        outcome = await person.writes(piece)
        assert not person.hears(outcome, "not_understood")
        said += [reply.text for reply in outcome.replies]
    assert outcome.handoff
    assert all(before != after for before, after in itertools.pairwise(said))
    assert sum(person.program.wording.text("question_safe_now", person.language) == text for text in said) <= 1
    answered = await person.tries("what now")
    assert person.hears(answered, "ask_support") or person.hears(answered, "emergency_steps")


async def test_after_the_wish_to_die_a_few_words_are_received(person: Trier) -> None:
    outcome = await person.tries("die", "alone")
    assert outcome.triage is Triage.EMERGENCY
    assert any(person.hears(outcome, key) for key in ("suicide_again", "suicide_here", "suicide", "told_go_on"))
    ok = await person.writes("ok")
    assert not person.hears(ok, "yes_unclear")


async def test_a_report_that_is_dropped_is_summed_up_and_not_sent_against_their_will(person: Trier) -> None:
    summed = await person.tries("report", "seen", "place", "drop")
    assert person.words("place") in summed.replies[-1].text
    assert any(button.value == "@do_not_send" for button in summed.replies[-1].buttons)
    unsent = await person.writes("@do_not_send")
    assert person.hears(unsent, "report_kept_unsent")


async def test_a_report_is_corrected_and_sent_by_the_words_on_the_buttons(person: Trier) -> None:
    titles = person.program.wording.titles[person.language]
    await person.tries("report", "seen", "@send")
    asked = await person.writes(titles["correct"])
    assert person.hears(asked, "report_correct_which")
    await person.writes("@part_what")
    summed = await person.writes("Radom 5")
    assert "Radom 5" in summed.replies[-1].text
    sent = await person.writes(titles["send"])
    assert person.hears(sent, "report_sent")
    assert sent.handoff


async def test_a_part_of_a_report_that_is_told_anew_takes_the_place_of_the_old(person: Trier) -> None:
    titles = person.program.wording.titles[person.language]
    await person.tries("report", "seen", "place", "@send", "@correct")
    asked = await person.writes(titles["part_where"])
    assert person.hears(asked, "report_where")
    summed = await person.writes("Radom 5")
    assert "Radom 5" in summed.replies[-1].text
    assert person.words("place") not in summed.replies[-1].text
    sent = await person.writes("@send")
    assert person.hears(sent, "report_sent")


async def test_a_question_in_the_middle_of_a_report_is_answered_and_the_report_goes_on(person: Trier) -> None:
    outcome = await person.tries("report", "seen", "@topic_who")
    assert person.hears(outcome, "ask_anonymity")
    assert person.hears(outcome, "report_where")


async def test_who_cannot_call_names_a_time_a_word_and_is_handed_over_when_they_want(person: Trier) -> None:
    ways = await person.tries("cannot call")
    assert person.hears(ways, "cannot_call")
    noted = await person.tries("when", "time")
    assert any(person.words("time") in reply.text for reply in noted.replies)
    handed = await person.tries("person")
    assert handed.handoff
    word = await person.tries("word", "fruit")
    assert any(person.words("fruit") in reply.text for reply in word.replies)
    async with person.program.database.transaction() as session:
        conversation = await person.program.conversations.find(session, "chat", "somebody")
        assert conversation is not None
        kept = person.program.conversations.arranged(conversation)
    assert kept == {"safe_time": person.words("time"), "code_word": person.words("fruit")}


async def test_who_waits_is_told_that_it_is_not_known_how_long(person: Trier) -> None:
    outcome = await person.tries("person", "how long")
    assert person.hears(outcome, "handoff_already")
    assert not (await person.tries("back")).handoff
    assert (await person.tries("person")).handoff


async def test_quiet_mode_ends_with_a_word_and_says_so(person: Trier) -> None:
    outcome = await person.tries("@quiet", "what now", "normal")
    assert person.hears(outcome, "quiet_off")
    full = await person.writes("@ask_hotline_number")
    assert any(HOTLINE in reply.text for reply in full.replies)


async def test_a_disclosure_that_asks_gets_both_answers(person: Trier) -> None:
    outcome = await person.tries("two")
    assert outcome.handoff
    assert person.hears(outcome, "ask_hotline_cost")


async def test_an_insult_gets_a_calm_answer_and_an_open_door(person: Trier) -> None:
    outcome = await person.tries("hello", "insult")
    assert person.hears(outcome, "abuse")
    assert not outcome.handoff


async def test_after_erasing_everything_somebody_can_write_again_as_if_new(person: Trier) -> None:
    done = await person.tries("die", "@delete", "@delete_yes")
    assert done.erased
    again = await person.tries("hello")
    assert again.triage is Triage.NONE
    assert person.hears(again, "greet")


async def test_an_old_yes_does_not_answer_a_new_question(person: Trier) -> None:
    outcome = await person.tries("person", "@delete", "@safe_yes")
    assert not outcome.erased
    sent = await person.tries("@delete_no", "@send")
    assert not person.hears(sent, "report_sent")
