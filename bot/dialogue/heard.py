"""What a reply says of what was heard: refusals, who is meant, what is told, moods and courtesies.

The rows are tried in their order, after those of safety, and the first that fits ends the section, but for rows that go on.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue import answering
from bot.dialogue import predicates as is_
from bot.dialogue.replies import (
    PERSON,
    beside,
    in_particular,
    meant,
    receipt,
    received,
    stays,
    taken_back,
    tells_first,
    tells_first_only,
)
from bot.dialogue.rows import GOES_ON, REPLY_ENDS, PlanRow, Say, Section, in_turn, says
from bot.dialogue.state import Danger, Person, Who

CHILD_HEARD: Final = ("disclose_child", "emergency_child")
OTHERS_HEARD: Final = ("witness_short", "relative_first", "professional_first", "client_first", *is_.DANGER_OF_OTHERS)
THANKED: Final = "told_thanks"
SELF_HEARD: Final = ("disclose_short", "disclose_child", "emergency_victim", "unheard_first", "emergency_health")
H: Final = Section.HEARD
HEARD: Final = (
    PlanRow(
        H,
        "a yes that answers nothing, from somebody who may die",
        lambda t: is_.only_agrees(t) and is_.suicide_open(t) and not t.now.suicide_of_others,
        says("stay_with_me", "suicide_short"),
    ),
    PlanRow(
        H,
        "a yes that answers nothing, in a danger",
        lambda t: is_.only_agrees(t) and is_.danger_open(t),
        says("danger_agreed"),
    ),
    PlanRow(H, "it was a joke", lambda t: t.does("correct:joke") and not t.said, in_turn("joke_heard", "calm_again")),
    PlanRow(
        H,
        "a consultant is refused while a life is in danger",
        is_.kept_against_the_word,
        in_turn("handoff_kept", "handoff_kept_again"),
    ),
    PlanRow(
        H,
        "a request is taken back",
        lambda t: t.does("refuse:human") and t.before.person is Person.ASKED,
        taken_back,
        GOES_ON,
    ),
    PlanRow(
        H,
        "a consultant is refused",
        lambda t: t.does("refuse:human") and t.before.person is not Person.ASKED,
        says("handoff_declined", "refused_again", buttons=PERSON),
        GOES_ON,
    ),
    PlanRow(H, "nobody should phone", lambda t: t.does("refuse:call"), in_turn("in_writing", "in_writing_again"), GOES_ON),
    PlanRow(
        H, "a question is not answered", lambda t: t.does("refuse:question"), says("question_skipped", "heard_fine"), GOES_ON
    ),
    PlanRow(
        H,
        "it is about somebody else",
        lambda t: t.does("correct:person") and t.heard.who.tells_of_others,
        in_turn("about_other", "heard_fine"),
        GOES_ON,
    ),
    PlanRow(H, "it is about the writer", is_.about_themselves, in_turn("about_self", "heard_fine"), GOES_ON),
    PlanRow(
        H,
        "it is about another person than was thought, and it is not said about whom",
        is_.about_nobody_named,
        says("meant_ask", "not_understood", buttons=PERSON),
        REPLY_ENDS,
    ),
    PlanRow(
        H,
        "something else was meant, and it is not said what",
        lambda t: t.does("correct:meant") and not t.does("ask", "tell:self", "tell:other"),
        meant,
        REPLY_ENDS,
    ),
    PlanRow(
        H,
        "somebody who was taken for a child is of age",
        lambda t: t.heard.grown and t.before.who is Who.CHILD,
        in_turn("grown_heard", "heard_fine"),
        GOES_ON,
    ),
    PlanRow(
        H,
        "a child tells, or says their age, for the first time",
        lambda t: is_.child(t) and not t.times("child_here", *CHILD_HEARD) and not is_.tells_something_grave(t),
        received("child_here", buttons=("hide",)),
    ),
    PlanRow(
        H,
        "a child tells something grave, for the first time",
        lambda t: is_.child(t) and is_.tells_something_grave(t) and not t.times(*CHILD_HEARD),
        received("disclose_child", buttons=("hide",)),
    ),
    PlanRow(
        H,
        "somebody else's trouble, for the first time, beside a question that is answered",
        lambda t: is_.of_others(t) and answering.answers_question(t) and not t.said and tells_first(t, *OTHERS_HEARD, THANKED),
        lambda t: beside(t) or (Say(THANKED, leads=True),),
    ),
    *(
        PlanRow(
            H,
            f"somebody else's trouble, for the first time, from a {who.value}",
            lambda t, who=who: t.now.who is who and tells_first_only(t, f"{who.value}_first", *is_.DANGER_OF_OTHERS),  # type: ignore[misc]
            received(f"{who.value}_first"),
        )
        for who in (Who.RELATIVE, Who.PROFESSIONAL, Who.CLIENT)
    ),
    PlanRow(
        H,
        "somebody else's trouble, for the first time",
        lambda t: is_.of_others(t) and not t.said and tells_first_only(t, *OTHERS_HEARD),
        received("witness_short"),
    ),
    PlanRow(
        H,
        "something grave of oneself, for the first time",
        lambda t: (
            not is_.of_others(t)
            and is_.tells_something_grave(t)
            and not t.said
            and t.now.suicide is Danger.NONE
            and tells_first(t, *SELF_HEARD)
            and not answering.answers_question(t)
        ),
        received("disclose_short"),
    ),
    PlanRow(
        H,
        "something grave of oneself, for the first time, beside a question that is answered",
        lambda t: (
            not is_.of_others(t)
            and is_.tells_something_grave(t)
            and not t.said
            and tells_first(t, *SELF_HEARD, THANKED)
            and answering.answers_question(t)
        ),
        lambda t: beside(t) or (Say(THANKED, leads=True),),
    ),
    PlanRow(
        H,
        "something more is told by who spoke of dying, and said that it is past",
        lambda t: is_.tells(t) and not t.said and t.before.suicide in {Danger.EASED, Danger.OVER},
        says("heard_noted", "heard_on", "heard_short"),
    ),
    PlanRow(
        H,
        "something told beside a question is received by a few words of its own, and by its answer",
        lambda t: (
            is_.tells(t)
            and (answering.answers_question(t) or (bool(t.does("ask") or answering.answers(t)) and in_particular(t) is None))
        ),
        beside,
    ),
    PlanRow(
        H,
        "something told by who wants a person is received by a few words of its own: nobody is asked to tell more here",
        lambda t: is_.tells(t) and is_.person_wanted(t),
        beside,
    ),
    PlanRow(
        H,
        "something told beside a refusal is received by a few words of its own",
        lambda t: is_.tells(t) and t.does("refuse:human", "refuse:call", "refuse:question"),
        beside,
    ),
    PlanRow(
        H,
        "something told in a danger is answered by what to do",
        lambda t: is_.tells(t) and (bool(t.said) or is_.alarm_now(t)),
        lambda _t: (),
    ),
    PlanRow(
        H,
        "something told, calmly, for the first time",
        lambda t: is_.tells(t) and not t.now.triage.needs_person and not t.does("ask") and not t.times("told_first"),
        received("told_first"),
    ),
    PlanRow(
        H,
        "something more, of no kind that is known, is told in a danger",
        lambda t: is_.tells(t) and is_.danger_open(t) and in_particular(t) is None and bool(stays(t)),
        stays,
    ),
    PlanRow(H, "something more is told", is_.tells, receipt),
    PlanRow(H, "somebody comes in while something is told", lambda t: t.does("near") and not t.said, says("someone_near")),
    PlanRow(H, "tiredness", lambda t: is_.in_mood(t, "feel:tired"), in_turn("tired_heard", "answer.no_strength", "heard_fine")),
    PlanRow(H, "fear", lambda t: is_.in_mood(t, "feel:afraid"), in_turn("afraid", "afraid_again", "heard_fine")),
    PlanRow(H, "shame", lambda t: is_.in_mood(t, "feel:ashamed"), in_turn("ashamed_heard", "heard_fine")),
    PlanRow(H, "anger", lambda t: is_.in_mood(t, "feel:angry"), in_turn("abuse", "abuse_again", "heard_fine")),
    PlanRow(H, "doubt", lambda t: is_.in_mood(t, "feel:unsure"), in_turn("doubt", "heard_fine")),
    PlanRow(H, "it is better", lambda t: t.does("feel:better", "done:called") and not t.said, in_turn("safer_now", "calm_again")),
    PlanRow(
        H,
        "a greeting",
        lambda t: t.does("greet"),
        lambda t: (
            Say("greet_again")
            if t.times("greet_first") or t.before.turns
            else Say("greet_first", ("topic_help", "topic_job", "report", "human")),
        ),
    ),
    PlanRow(H, "thanks, from somebody who cannot phone", lambda t: t.does("thanks") and is_.unheard(t), says("thanks_again")),
    PlanRow(H, "thanks", lambda t: t.does("thanks"), says("thanks", "thanks_again")),
    PlanRow(H, "a goodbye", lambda t: t.does("bye"), says("goodbye", "bye_again")),
)
