"""What commands mean for the request for a consultant: offered, wanted, refused, taken back; the first rows of the settling table."""

from __future__ import annotations

from typing import Final

from bot.dialogue.commands import Command
from bot.dialogue.said import Said, SettlingRow, answered, instead, surer
from bot.dialogue.state import Person, in_mortal_danger

TELLS: Final = ("tell:self", "tell:other", "danger:self", "danger:other", "feel:suicide")
# Of 1,386 validation messages of people who wait for a consultant, in which the screening finds nothing grave, 34 refuse one. As sure as
# this, 21 of them are heard and no other is taken for it; from 0.9 on 21 and 3, from 0.8 on 24 and 6, from 0.97 on 17 and none. Of 372
# that tell something grave where nobody was asked for or offered one refuses; from 0.58 on three others are taken for it, from here none.
# Once it was asked whether the request is taken back, any doubt counted until 64 ways of saying "do not cancel it", by a writer apart, were
# tried: 26 lost the request, of 48 ways of saying that nobody is wanted five kept it; from here on five are lost and ten asked again.
LIKELY_REFUSAL: Final = 0.92
# "Take my request back" is heard as erasing with 0.36 to 0.98, "delete what I wrote" mostly with 0.99 and more.
SURELY_ERASED: Final = 0.95


def _likely_refused(said: Said) -> bool:
    return (doubt := said.commands.first("doubt:refuse")) is not None and doubt.sure >= LIKELY_REFUSAL


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
        "a likely refusal, of a consultant whom nobody has asked for yet, is one",
        lambda said: said.state.person is Person.NONE and _likely_refused(said),
        instead("doubt:refuse", "refuse:human"),
    ),
    SettlingRow(
        "a likely refusal from somebody who waits is one, unless a life may be in danger, or a person is wanted or, the first time, "
        "something told too; one that stays in doubt is asked about again",
        lambda said: (
            said.state.person is Person.ASKED
            and not in_mortal_danger(said.state)
            and "want:human" not in said.commands
            and _likely_refused(said)
            and (said.just_said("withdraw_ask") or not said.commands.any_of(*TELLS))
        ),
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
