"""What a reply says: an ordered table, read as a page reads.

Safety first, then what was heard, the answers, what happens next, and at most one question. The rows of a section are tried in their
order, and the first that fits ends it, but for rows that go on. A row that ends the reply lets no later section speak.
`docs/dialogue.md` is made from this table.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue import predicates as is_
from bot.dialogue.replies import (
    PERSON,
    WITHDRAW,
    added,
    answered,
    beside,
    in_particular,
    noted,
    read_back,
    recalled,
    receipt,
    received,
    reminder,
    rest_unknown,
    still_waiting,
    tells_first,
    tells_first_only,
    to_arrange,
    waiting_text,
    which,
    with_near,
)
from bot.dialogue.rows import GOES_ON, REPLY_ENDS, Row, Say, Section, in_turn, says
from bot.dialogue.safety import SAFETY
from bot.dialogue.state import Danger, Person, Who
from bot.messages import Triage

CHILD_HEARD: Final = ("disclose_child", "emergency_child")
OTHERS_HEARD: Final = ("witness_short", "relative_first", "professional_first", "client_first", *is_.DANGER_OF_OTHERS)
THANKED: Final = "told_thanks"
SELF_HEARD: Final = ("disclose_short", "disclose_child", "emergency_victim", "unheard_first", "emergency_health")
H, A, N, Q = Section.HEARD, Section.ANSWER, Section.NEXT, Section.ASK
TABLE: Final = (
    *SAFETY,
    # What was heard
    Row(
        H,
        "a yes that answers nothing, from somebody who may die",
        lambda t: is_.only_agrees(t) and is_.suicide_open(t) and not t.now.suicide_of_others,
        says("stay_with_me", "suicide_short"),
    ),
    Row(
        H,
        "a yes that answers nothing, in a danger",
        lambda t: is_.only_agrees(t) and is_.danger_open(t),
        says("danger_agreed"),
    ),
    Row(H, "it was a joke", lambda t: t.does("correct:joke") and not t.said, in_turn("joke_heard", "calm_again")),
    Row(
        H,
        "a consultant is refused while a life is in danger",
        is_.kept_against_the_word,
        in_turn("handoff_kept", "handoff_kept_again"),
    ),
    Row(
        H,
        "a request is taken back",
        lambda t: t.does("refuse:human") and t.before.person is Person.ASKED,
        says("handoff_withdrawn", buttons=PERSON),
        GOES_ON,
    ),
    Row(
        H,
        "a consultant is refused",
        lambda t: t.does("refuse:human") and t.before.person is not Person.ASKED,
        says("handoff_declined", "refused_again", buttons=PERSON),
        GOES_ON,
    ),
    Row(H, "nobody should phone", lambda t: t.does("refuse:call"), in_turn("in_writing", "in_writing_again"), GOES_ON),
    Row(H, "a question is not answered", lambda t: t.does("refuse:question"), says("question_skipped", "heard_fine"), GOES_ON),
    Row(
        H,
        "it is about somebody else",
        lambda t: t.does("correct:person") and t.heard.who.tells_of_others,
        in_turn("about_other", "heard_fine"),
        GOES_ON,
    ),
    Row(H, "it is about the writer", is_.about_themselves, in_turn("about_self", "heard_fine"), GOES_ON),
    Row(
        H,
        "it is about another person than was thought, and it is not said about whom",
        is_.about_nobody_named,
        says("meant_ask", "not_understood", buttons=PERSON),
        REPLY_ENDS,
    ),
    Row(
        H,
        "something else was meant, and it is not said what",
        lambda t: t.does("correct:meant") and not t.does("ask", "tell:self", "tell:other"),
        says("meant_ask", "not_understood", buttons=PERSON),
        REPLY_ENDS,
    ),
    Row(H, "somebody who was taken for a child is of age", is_.no_child_after_all, in_turn("grown_heard", "heard_fine"), GOES_ON),
    Row(
        H,
        "a child tells, or says their age, for the first time",
        lambda t: is_.child(t) and not t.times("child_here", *CHILD_HEARD) and not is_.tells_something_grave(t),
        received("child_here", buttons=("hide",)),
    ),
    Row(
        H,
        "a child tells something grave, for the first time",
        lambda t: is_.child(t) and is_.tells_something_grave(t) and not t.times(*CHILD_HEARD),
        received("disclose_child", buttons=("hide",)),
    ),
    Row(
        H,
        "somebody else's trouble, for the first time, beside a question that is answered",
        lambda t: is_.of_others(t) and is_.answers_question(t) and not t.said and tells_first(t, *OTHERS_HEARD, THANKED),
        lambda t: beside(t) or (Say(THANKED, leads=True),),
    ),
    *(
        Row(
            H,
            f"somebody else's trouble, for the first time, from a {who.value}",
            lambda t, who=who: t.now.who is who and tells_first_only(t, f"{who.value}_first", *is_.DANGER_OF_OTHERS),  # type: ignore[misc]
            received(f"{who.value}_first"),
        )
        for who in (Who.RELATIVE, Who.PROFESSIONAL, Who.CLIENT)
    ),
    Row(
        H,
        "somebody else's trouble, for the first time",
        lambda t: is_.of_others(t) and not t.said and tells_first_only(t, *OTHERS_HEARD),
        received("witness_short"),
    ),
    Row(
        H,
        "something grave of oneself, for the first time",
        lambda t: (
            not is_.of_others(t)
            and is_.tells_something_grave(t)
            and not t.said
            and t.now.suicide is Danger.NONE
            and tells_first(t, *SELF_HEARD)
            and not is_.answers_question(t)
        ),
        received("disclose_short"),
    ),
    Row(
        H,
        "something grave of oneself, for the first time, beside a question that is answered",
        lambda t: not is_.of_others(t) and is_.tells_something_grave(t) and not t.said and tells_first(t, *SELF_HEARD, THANKED),
        lambda t: beside(t) or (Say(THANKED, leads=True),),
    ),
    Row(
        H,
        "something more is told by who spoke of dying, and said that it is past",
        lambda t: is_.tells(t) and not t.said and t.before.suicide in {Danger.EASED, Danger.OVER},
        says("heard_noted", "heard_on", "heard_short"),
    ),
    Row(
        H,
        "something told beside a question is received by a few words of its own, and by its answer",
        lambda t: (
            is_.tells(t) and (is_.answers_question(t) or (bool(t.does("ask") or is_.answers(t)) and in_particular(t) is None))
        ),
        beside,
    ),
    Row(
        H,
        "something told by who wants a person is received by a few words of its own: nobody is asked to tell more here",
        lambda t: is_.tells(t) and is_.person_wanted(t),
        beside,
    ),
    Row(
        H,
        "something told in a danger is answered by what to do",
        lambda t: is_.tells(t) and (bool(t.said) or is_.alarm_now(t)),
        lambda _t: (),
    ),
    Row(
        H,
        "something told, calmly, for the first time",
        lambda t: is_.tells(t) and not t.now.triage.needs_person and not t.does("ask") and not t.times("told_first"),
        received("told_first"),
    ),
    Row(H, "something more is told", is_.tells, receipt),
    Row(H, "somebody comes in while something is told", lambda t: t.does("near") and not t.said, says("someone_near")),
    Row(H, "tiredness", lambda t: is_.in_mood(t, "feel:tired"), in_turn("tired_heard", "answer.no_strength", "heard_fine")),
    Row(H, "fear", lambda t: is_.in_mood(t, "feel:afraid"), in_turn("afraid", "afraid_again", "heard_fine")),
    Row(H, "shame", lambda t: is_.in_mood(t, "feel:ashamed"), in_turn("ashamed_heard", "heard_fine")),
    Row(H, "anger", lambda t: is_.in_mood(t, "feel:angry"), in_turn("abuse", "abuse_again", "heard_fine")),
    Row(H, "doubt", lambda t: is_.in_mood(t, "feel:unsure"), in_turn("doubt", "heard_fine")),
    Row(H, "it is better", lambda t: t.does("feel:better", "done:called") and not t.said, in_turn("safer_now", "calm_again")),
    Row(
        H,
        "a greeting",
        lambda t: t.does("greet"),
        lambda t: (
            Say("greet_again")
            if t.times("greet_first") or t.before.turns
            else Say("greet_first", ("topic_help", "topic_job", "report", "human")),
        ),
    ),
    Row(H, "thanks, from somebody who cannot phone", lambda t: t.does("thanks") and is_.unheard(t), says("thanks_again")),
    Row(H, "thanks", lambda t: t.does("thanks"), says("thanks", "thanks_again")),
    Row(H, "a goodbye", lambda t: t.does("bye"), says("goodbye", "bye_again")),
    # Answers
    Row(A, "a time or a code word is named", lambda t: bool(noted(t)), noted, GOES_ON),
    Row(A, "two readings are in doubt", lambda t: bool(is_.doubtful(t)) and not t.said, which),
    Row(A, "what is arranged is asked back", lambda t: t.does("want:readback") and bool(t.now.arranged), read_back),
    Row(A, "what was answered just now is asked for again", is_.of_no_use, with_near("no_more_known", "no_more_again")),
    Row(A, "questions with an answer", lambda t: bool(is_.answers(t)), answered, GOES_ON),
    Row(A, "an answer speaks of what is arranged already", lambda t: bool(recalled(t)), recalled, GOES_ON),
    Row(A, "an answer lacks what the writer's situation asks for", lambda t: bool(added(t)), added, GOES_ON),
    Row(
        A,
        "a question beside an alarm that is told of for the first time",
        lambda t: is_.asks_unknown(t) and not is_.may_ask_back(t),
        lambda _t: (),
    ),
    Row(
        A,
        "a question without an answer, beside one with",
        lambda t: is_.asks_unknown(t) and bool(is_.answers(t)),
        rest_unknown,
    ),
    Row(
        A,
        "a question that has no answer, of somebody who cannot phone, in a danger",
        lambda t: is_.asks_unknown(t) and is_.danger_open(t) and is_.unheard(t),
        with_near("unheard_steps", "question_waits", near=("question_near", "not_known_near_again")),
    ),
    Row(
        A,
        "a question that has no answer, in a danger",
        lambda t: is_.asks_unknown(t) and is_.danger_open(t),
        with_near("question_danger", "question_waits", near=("question_danger_near", "not_known_near_again")),
    ),
    Row(
        A,
        "a question that has no answer, of somebody who may die",
        lambda t: is_.asks_unknown(t) and is_.suicide_open(t),
        with_near("question_dying", "stay_with_me", near=("question_dying_near", "question_dying")),
    ),
    Row(
        A,
        "a question without an answer, from somebody who waits for a consultant",
        lambda t: is_.asks_unknown(t) and t.now.person is Person.ASKED,
        with_near("question_waits", "not_known_waiting", near=("question_near", "not_known_near_again")),
    ),
    Row(
        A,
        "a question without an answer",
        is_.asks_unknown,
        with_near("not_known", "not_known_again", near=("not_known_near", "not_known_near_again")),
    ),
    Row(
        A,
        "the same again is wanted",
        lambda t: t.does("want:repeat"),
        lambda t: (
            [Say(text, again=True) for text in is_.answered_last(t)]
            or (Say("menu", ("topic_help", "topic_job", "report", "human")),)
        ),
    ),
    Row(
        A,
        "what is arranged is asked back, and there is nothing",
        lambda t: t.does("want:readback") and not is_.answers(t),
        says("nothing_noted", buttons=PERSON),
    ),
    Row(A, "a time or a code word is to be arranged", lambda t: bool(to_arrange(t)) and t.asks is None, to_arrange),
    # What happens next
    Row(N, "the screening alone hears a danger", lambda t: is_.hinted(t, "danger"), reminder, GOES_ON),
    Row(N, "the screening alone hears a word of dying", lambda t: is_.hinted(t, "suicide"), says("suicide_hint"), GOES_ON),
    Row(
        N,
        "a request for a person is opened",
        lambda t: is_.newly_waiting(t) and not is_.called_for_already(t),
        waiting_text,
    ),
    Row(
        N,
        "a person is wanted by somebody who waits already",
        lambda t: t.does("want:human"),
        still_waiting,
    ),
    Row(
        N,
        "a danger that was told of just now goes on while more is told",
        is_.to_remind,
        reminder,
    ),
    Row(
        N,
        "it may be that a consultant is not wanted any more",
        lambda t: t.does("doubt:refuse") and not is_.acute(t) and not is_.person_wanted(t) and not is_.newly_waiting(t),
        says("withdraw_ask", "withdraw_ask_again", buttons=WITHDRAW),
    ),
    # One question
    Row(
        Q,
        "erasing is wanted beside a question, a person or a sign of danger, which come first",
        is_.more_beside_erasing,
        says("delete_ask", "delete_unclear", buttons=("delete_yes", "delete_no"), awaits="erase"),
    ),
    Row(Q, "nothing may be asked in a danger", lambda t: is_.acute(t) and bool(t.said), lambda _t: ()),
    Row(
        Q,
        "somebody writes something else of who may die",
        lambda t: is_.suicide_open(t) and t.now.suicide_of_others,
        says("suicide_witness_again", "witness_more", "heard_on"),
    ),
    Row(
        Q,
        "somebody who may die writes something else",
        is_.suicide_open,
        says("suicide_here", "suicide_short"),
    ),
    Row(
        Q,
        "somebody writes something else of who is in danger",
        lambda t: is_.danger_open(t) and t.now.danger_of_others,
        says("danger_reminder_witness", "witness_more", "heard_on"),
    ),
    Row(
        Q,
        "somebody in danger writes something else",
        is_.danger_open,
        lambda t: says("danger_stay", "unheard_steps" if is_.unheard(t) else "danger_here")(t),
    ),
    Row(
        Q,
        "a first gentle question to who tells of themselves",
        lambda t: (
            t.asks is None and not t.quiet and "disclose_short" in t.said and not is_.answers(t) and not is_.asks_unknown(t)
        ),
        says("question_safe_now", buttons=("safe_yes", "safe_no", "skip"), awaits="safe_now"),
    ),
    Row(
        Q,
        "it is not safe to write",
        lambda t: t.awaits == "safe_now" and t.does("answer:no"),
        says("not_safe_now", buttons=("hide", "quiet")),
        REPLY_ENDS,
    ),
    Row(
        Q,
        "a second gentle question",
        lambda t: t.awaits == "safe_now" and t.does("answer:yes") and not t.times("question_can_leave"),
        says("question_can_leave", buttons=("yes", "no", "skip"), awaits="can_leave"),
    ),
    Row(Q, "they cannot leave", lambda t: t.awaits == "can_leave" and t.does("answer:no"), says("cannot_leave")),
    Row(Q, "they can leave", lambda t: t.awaits == "can_leave" and t.does("answer:yes"), says("question_thanks")),
    Row(
        Q,
        "a consultant is offered to whom a risk worries",
        lambda t: t.heard.screening.triage is Triage.MEDIUM and is_.may_offer(t),
        says("handoff_offer", "offer_short", buttons=("yes", "no"), awaits="human"),
    ),
    Row(Q, "something is off the matter", lambda t: t.does("off") and not t.said, in_turn("out_of_scope", "off_again")),
    Row(
        Q,
        "a yes that answers nothing, from somebody who waits for a consultant",
        lambda t: t.does("answer:yes") and not t.said and t.now.person is Person.ASKED,
        in_turn("handoff_still", "heard_fine"),
    ),
    Row(
        Q,
        "a yes that answers nothing",
        lambda t: t.does("answer:yes") and not t.said,
        says("yes_unclear", "heard_fine", buttons=PERSON),
    ),
    Row(
        Q,
        "a no that answers nothing",
        lambda t: t.does("answer:no") and not t.said,
        says("no_unclear", "heard_fine", buttons=PERSON),
    ),
    Row(
        Q,
        "not understood, from somebody who told of something",
        lambda t: not t.said and (t.now.told_self or t.now.told_other),
        says("unclear_told", "nothing_said", buttons=PERSON),
    ),
    Row(
        Q,
        "not understood twice",
        lambda t: not t.said and t.now.unclear > 1,
        says("not_understood_again", "nothing_said", buttons=("menu", "human")),
    ),
    Row(Q, "not understood", lambda t: not t.said, says("not_understood", "nothing_said", buttons=("menu", "human"))),
)
