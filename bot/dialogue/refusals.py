"""What commands mean for the request for a consultant: offered, wanted, refused, taken back; the first rows of the settling table."""

from __future__ import annotations

from typing import Final

from bot.dialogue.commands import Command
from bot.dialogue.said import SettlingRow, answered, instead, surer
from bot.dialogue.state import Person

TELLS: Final = ("tell:self", "tell:other", "danger:self", "danger:other", "feel:suicide")
# Of 240 ways of refusing a consultant, or of taking the request back, by strangers none is heard as erasing from 0.2 on, of another 32 one
# from 0.5 on; of 64 wishes to have all erased 29 are heard so surely (tests/assistant/kept_words.yml), the others may press either button.
SURELY_ERASED: Final = 0.8


REFUSALS: Final = (
    SettlingRow(
        "a yes to the offer of a consultant wants one", answered("human", "answer:yes"), instead("answer:yes", "want:human")
    ),
    SettlingRow(
        "a refusal in doubt, of a consultant who was just offered, is one: nothing is taken back",
        answered("human", "doubt:refuse"),
        instead("doubt:refuse", "refuse:human"),
    ),
    SettlingRow(
        "a no that puts right who is meant refuses no consultant who was just offered",
        lambda said: said.awaits("human") and "correct:person" in said.commands,
        lambda said: said.commands.without("answer:no"),
    ),
    SettlingRow(
        "a no to the offer of a consultant refuses one", answered("human", "answer:no"), instead("answer:no", "refuse:human")
    ),
    SettlingRow(
        "a mere no, to being told just now that somebody is called, may take the request back",
        lambda said: (
            said.state.person is Person.ASKED
            and said.state.awaits is None
            and said.just_said("handoff_")
            and "answer:no" in said.commands
            and said.only("answer:no", "thanks", "bye")
        ),
        instead("answer:no", "doubt:refuse"),
    ),
    SettlingRow(
        "a yes to taking a request back does so", answered("withdraw", "answer:yes"), instead("answer:yes", "refuse:human")
    ),
    SettlingRow(
        "a refusal in doubt that is as sure as a wish for a person, from somebody who waits for one already, is asked about",
        lambda said: said.state.person is Person.ASKED and said.as_sure("doubt:refuse", "want:human"),
        lambda said: said.commands.without("want:human"),
    ),
    SettlingRow(
        "erasing that is hardly wanted, from somebody who waits for a consultant, may mean the request",
        lambda said: (
            said.state.person is Person.ASKED
            and not said.awaits("erase")
            and said.sure("want:erase") < SURELY_ERASED
            and not said.commands.any_of("refuse:human", "doubt:refuse")
        ),
        lambda said: said.commands.with_(Command("doubt:refuse", sure=said.sure("want:erase"))),
    ),
    SettlingRow(
        "whoever surely takes a request back, and hardly wants all erased, takes the request back",
        lambda said: said.sure("want:erase") < SURELY_ERASED and "refuse:human" in said.commands,
        lambda said: said.commands.without("want:erase"),
    ),
    SettlingRow(
        "a person wanted and refused in one message is what is said more surely",
        lambda said: "want:human" in said.commands and "refuse:human" in said.commands,
        surer("want:human", "refuse:human"),
    ),
    SettlingRow(
        "a refusal beside what is told as surely is asked about where somebody waits",
        lambda said: (
            said.state.person is Person.ASKED
            and (refusal := said.commands.first("refuse:human")) is not None
            and not said.exactly("refuse:human")
            and not said.just_said("withdraw_ask")
            and any(one.name in TELLS and one.sure >= refusal.sure for one in said.commands.all)
        ),
        instead("refuse:human", "doubt:refuse"),
    ),
)
