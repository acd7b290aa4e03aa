"""What a reply says: an ordered table, read as a page reads.

Safety first, then what was heard, the answers, what happens next, and at most one question. The rows of a section are tried in their
order, and the first that fits ends it, but for rows that go on. A row that ends the reply lets no later section speak.
`docs/dialogue.md` is made from this table.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue import answering, erasing
from bot.dialogue import predicates as is_
from bot.dialogue.heard import HEARD
from bot.dialogue.replies import (
    MENU,
    PERSON,
    added,
    answered,
    noted,
    read_back,
    recalled,
    reminder,
    rest_unknown,
    still_waiting,
    to_arrange,
    waiting_text,
    which,
    with_near,
    with_person,
    withdrawal_asked,
)
from bot.dialogue.rows import GOES_ON, REPLY_ENDS, PlanRow, Say, Section, in_turn, says
from bot.dialogue.safety import SAFETY
from bot.dialogue.state import Person
from bot.messages import Triage

A, N, Q = Section.ANSWER, Section.NEXT, Section.ASK
TABLE: Final = (
    *SAFETY,
    *HEARD,
    # Answers
    PlanRow(A, "a time or a code word is named", lambda t: bool(noted(t)), noted, GOES_ON),
    PlanRow(A, "two readings are in doubt", lambda t: bool(answering.doubtful(t)) and not t.said, which),
    PlanRow(A, "what is arranged is asked back", lambda t: t.does("want:readback") and bool(t.now.arranged), read_back),
    PlanRow(A, "what was answered just now is asked for again", answering.of_no_use, with_near("no_more_known", "no_more_again")),
    PlanRow(A, "questions with an answer", lambda t: bool(answering.answers(t)), answered, GOES_ON),
    PlanRow(A, "an answer speaks of what is arranged already", lambda t: bool(recalled(t)), recalled, GOES_ON),
    PlanRow(A, "an answer lacks what the writer's situation asks for", lambda t: bool(added(t)), added, GOES_ON),
    PlanRow(
        A,
        "a question beside an alarm that is told of for the first time",
        lambda t: answering.asks_unknown(t) and not answering.may_ask_back(t),
        lambda _t: (),
    ),
    PlanRow(
        A,
        "a question without an answer, beside one with",
        lambda t: answering.asks_unknown(t) and bool(answering.answers(t)),
        rest_unknown,
    ),
    PlanRow(
        A,
        "a question that has no answer, of somebody who cannot phone, in a danger",
        lambda t: answering.asks_unknown(t) and is_.danger_open(t) and is_.unheard(t),
        with_near("unheard_steps", "question_waits", near=("question_near", "not_known_near_again")),
    ),
    PlanRow(
        A,
        "a question that has no answer, in a danger",
        lambda t: answering.asks_unknown(t) and is_.danger_open(t),
        with_near("question_danger", "question_waits", near=("question_danger_near", "not_known_near_again")),
    ),
    PlanRow(
        A,
        "a question that has no answer, of somebody who may die",
        lambda t: answering.asks_unknown(t) and is_.suicide_open(t),
        with_near("question_dying", "stay_with_me", near=("question_dying_near", "question_dying")),
    ),
    PlanRow(
        A,
        "a question without an answer, from somebody who waits for a consultant",
        lambda t: answering.asks_unknown(t) and t.now.person is Person.ASKED,
        with_near("question_waits", "not_known_waiting", near=("question_near", "not_known_near_again")),
    ),
    PlanRow(
        A,
        "a question without an answer",
        answering.asks_unknown,
        with_near("not_known", "not_known_again", near=("not_known_near", "not_known_near_again")),
    ),
    PlanRow(
        A,
        "the same again is wanted",
        lambda t: t.does("want:repeat"),
        lambda t: (
            [Say(text, again=True) for text in answering.answered_last(t)]
            or (Say("menu", ("topic_help", "topic_job", "report", "human")),)
        ),
    ),
    PlanRow(
        A,
        "what is arranged is asked back, and there is nothing",
        lambda t: t.does("want:readback") and not answering.answers(t),
        says("nothing_noted", buttons=PERSON),
    ),
    PlanRow(A, "a time or a code word is to be arranged", lambda t: bool(to_arrange(t)) and t.asks is None, to_arrange),
    # What happens next
    PlanRow(N, "who may die asks what has no answer", answering.lines_owed, says("suicide_hint", "suicide_short"), GOES_ON),
    PlanRow(N, "violence is told of, and 112 was not named yet", is_.violence_unanswered, reminder, GOES_ON),
    PlanRow(N, "the screening alone hears a danger", lambda t: is_.hinted(t, "danger"), reminder, GOES_ON),
    PlanRow(
        N,
        "the screening alone hears a word of dying",
        lambda t: is_.hinted(t, "suicide"),
        says("suicide_hint", "suicide_short"),
        GOES_ON,
    ),
    PlanRow(
        N,
        "a request for a person is opened",
        lambda t: is_.newly_waiting(t) and not is_.called_for_already(t),
        waiting_text,
    ),
    PlanRow(
        N,
        "a person is wanted by somebody who waits already",
        lambda t: t.does("want:human"),
        still_waiting,
    ),
    PlanRow(
        N,
        "a danger that was told of just now goes on while more is told",
        answering.to_remind,
        reminder,
    ),
    PlanRow(
        N,
        "it may be that a consultant is not wanted any more",
        is_.withdrawal_doubted,
        withdrawal_asked,
    ),
    # One question
    PlanRow(
        Q,
        "erasing is wanted beside a question, a person or a sign of danger, which come first",
        erasing.more_beside,
        says("delete_ask", "delete_unclear", buttons=("delete_yes", "delete_no"), awaits="erase"),
    ),
    PlanRow(Q, "nothing may be asked in a danger", lambda t: is_.acute(t) and bool(t.said), lambda _t: ()),
    PlanRow(
        Q,
        "somebody writes something else of who may die",
        lambda t: is_.suicide_open(t) and t.now.suicide_of_others,
        says("suicide_witness_again", "witness_more", "heard_on"),
    ),
    PlanRow(
        Q,
        "somebody who may die writes something else",
        is_.suicide_open,
        says("suicide_here", "suicide_short"),
    ),
    PlanRow(
        Q,
        "somebody writes something else of who is in danger",
        lambda t: is_.danger_open(t) and t.now.danger_of_others,
        says("danger_reminder_witness", "witness_more", "heard_on"),
    ),
    PlanRow(
        Q,
        "somebody in danger writes something else",
        is_.danger_open,
        lambda t: says("danger_stay", "unheard_steps" if is_.unheard(t) else "danger_here")(t),
    ),
    PlanRow(
        Q,
        "a first gentle question to who tells of themselves",
        lambda t: (
            t.asks is None
            and not t.quiet
            and "disclose_short" in t.said
            and not answering.answers(t)
            and not answering.asks_unknown(t)
        ),
        says("question_safe_now", buttons=("safe_yes", "safe_no", "skip"), awaits="safe_now"),
    ),
    PlanRow(
        Q,
        "it is not safe to write",
        lambda t: t.awaits == "safe_now" and t.does("answer:no"),
        says("not_safe_now", buttons=("hide", "quiet")),
        REPLY_ENDS,
    ),
    PlanRow(
        Q,
        "a second gentle question",
        lambda t: t.awaits == "safe_now" and t.does("answer:yes") and not t.times("question_can_leave"),
        says("question_can_leave", buttons=("yes", "no", "skip"), awaits="can_leave"),
    ),
    PlanRow(Q, "they cannot leave", lambda t: t.awaits == "can_leave" and t.does("answer:no"), says("cannot_leave")),
    PlanRow(Q, "they can leave", lambda t: t.awaits == "can_leave" and t.does("answer:yes"), says("question_thanks")),
    PlanRow(
        Q,
        "a consultant is offered to whom a risk worries",
        lambda t: t.heard.screening.triage is Triage.MEDIUM and is_.may_offer(t),
        says("handoff_offer", "offer_short", buttons=("yes", "no"), awaits="human"),
    ),
    PlanRow(Q, "something is off the matter", lambda t: t.does("off") and not t.said, in_turn("out_of_scope", "off_again")),
    PlanRow(
        Q,
        "a yes that answers nothing, from somebody who waits for a consultant",
        lambda t: t.does("answer:yes") and not t.said and t.now.person is Person.ASKED,
        in_turn("handoff_still", "heard_fine"),
    ),
    PlanRow(
        Q,
        "a yes that answers nothing",
        lambda t: t.does("answer:yes") and not t.said,
        says("yes_unclear", "heard_fine", buttons=PERSON),
    ),
    PlanRow(
        Q,
        "a no that answers nothing",
        lambda t: t.does("answer:no") and not t.said,
        with_person("no_unclear", "heard_fine"),
    ),
    PlanRow(
        Q,
        "not understood, from somebody who told of something",
        lambda t: not t.said and (t.now.told_self or t.now.told_other),
        with_person("unclear_told", "nothing_said"),
    ),
    PlanRow(
        Q,
        "not understood twice",
        lambda t: not t.said and t.now.unclear > 1,
        with_person("not_understood_again", "nothing_said", first=MENU),
    ),
    PlanRow(Q, "not understood", lambda t: not t.said, with_person("not_understood", "nothing_said", first=MENU)),
)
