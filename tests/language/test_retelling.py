"""What the program said, said again in another language."""

import pytest

from bot.language.retelling import Retelling
from bot.language.wording import Wording
from bot.messages import LANGUAGES, Reply


@pytest.fixture(scope="module")
def wording() -> Wording:
    return Wording.load()


@pytest.fixture(scope="module")
def retelling(wording: Wording) -> Retelling:
    return Retelling(wording)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_and_buttons_are_said_again_alone_and_together(wording: Wording, retelling: Retelling, language: str) -> None:
    def said(language: str) -> Reply:
        text = "\n\n".join(wording.text(key, language) for key in ("answer.shelter_where", "greeting"))
        return Reply(text=text, language=language, buttons=(wording.button("human", language), wording.button("hide", language)))

    for other in ("pl", "ar", "uk"):
        assert retelling.reply(said(other), language) == said(language)


def test_other_words_a_consultants_words_and_quiet_texts_stay_as_they_are(wording: Wording, retelling: Retelling) -> None:
    greeting = wording.text("greeting", "pl")
    for reply in (
        Reply(text=f"{greeting}\n\nPiotr, proszę czekać.", language="pl"),
        Reply(text=greeting, language="pl", author="consultant"),
        wording.reply("nothing_said", "pl", form="quiet"),
    ):
        assert retelling.reply(reply, "uk") == reply
