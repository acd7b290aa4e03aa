"""What a reply says first: safety, and wishes that are carried out at once.

The rows are tried in their order, and the first that fits ends the section; one that ends the reply lets nothing else be said.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue import answering, erasing
from bot.dialogue import predicates as is_
from bot.dialogue.commands import ASK
from bot.dialogue.replies import put_away, reminder
from bot.dialogue.rows import GOES_ON, REPLY_ENDS, PlanRow, Section, in_turn, says
from bot.dialogue.state import Danger, Who

S: Final = Section.SAFETY


SAFETY: Final = (
    PlanRow(S, "somebody comes in, and nothing else is said", is_.only_interrupted, put_away, REPLY_ENDS),
    PlanRow(
        S,
        "somebody may be coming in, and nothing is asked or told",
        lambda t: t.commands.names == {"doubt:near"},
        put_away,
        REPLY_ENDS,
    ),
    PlanRow(
        S,
        "somebody may be coming in, or does as a danger is told of, and the last reply did not speak of it",
        is_.maybe_interrupted,
        says("maybe_near"),
        GOES_ON,
    ),
    PlanRow(S, "erasing is confirmed", lambda t: t.does("erase:yes") and t.awaits == "erase", lambda _t: (), REPLY_ENDS),
    PlanRow(
        S,
        "erasing is wanted while somebody comes",
        lambda t: t.does("want:erase") and t.does("near") and t.awaits != "erase",
        says("delete_ask", buttons=("delete_yes", "delete_no"), awaits="erase"),
        REPLY_ENDS,
    ),
    PlanRow(
        S,
        "somebody who speaks of dying took something, or is hurt",
        lambda t: is_.harmed_already(t) and not t.now.suicide_of_others,
        in_turn("suicide_again", "suicide_here", "suicide_short"),
    ),
    PlanRow(
        S,
        "somebody speaks of dying again, and asks something",
        lambda t: is_.suicide_now(t) and is_.goes_on(t) and t.does(ASK) and not t.now.suicide_of_others,
        in_turn("suicide_short", "stay_with_me"),
    ),
    PlanRow(
        S,
        "somebody speaks of dying",
        lambda t: is_.suicide_now(t) and not t.now.suicide_of_others,
        in_turn("suicide", "suicide_again", "suicide_here", "suicide_short"),
    ),
    PlanRow(S, "somebody else may want to die", is_.suicide_now, in_turn("suicide_witness", "suicide_witness_again")),
    PlanRow(
        S,
        "a danger goes on in which something is asked: what to do was read just before",
        lambda t: is_.danger_now(t) and is_.goes_on(t) and t.does(ASK),
        reminder,
    ),
    PlanRow(
        S,
        "a child is in danger now",
        lambda t: is_.danger_now(t) and is_.child(t),
        in_turn("emergency_child", "emergency_steps", "danger_stay", "danger_here"),
    ),
    PlanRow(
        S,
        "an illness or a wound is the danger",
        lambda t: is_.danger_now(t) and answering.of_health(t) and not t.times("emergency_health"),
        says("emergency_health"),
    ),
    PlanRow(
        S,
        "somebody else is in danger now, told by a relative, who may be abroad",
        lambda t: is_.danger_now(t) and t.now.danger_of_others and t.now.who is Who.RELATIVE,
        in_turn("emergency_relative", "danger_relative", "danger_reminder_witness"),
    ),
    PlanRow(
        S,
        "somebody else is in danger now",
        lambda t: is_.danger_now(t) and t.now.danger_of_others,
        in_turn("emergency_witness", "witness_steps", "danger_stay_witness", "danger_reminder_witness"),
    ),
    PlanRow(
        S,
        "danger now, of somebody who cannot phone",
        lambda t: is_.danger_now(t) and is_.unheard(t),
        in_turn("unheard_first", "unheard_steps", "danger_stay", "unheard_reminder"),
    ),
    PlanRow(S, "danger now", is_.danger_now, in_turn("emergency_victim", "emergency_steps", "danger_stay", "danger_here")),
    PlanRow(
        S,
        "it may be a word of dying, or of tiredness",
        is_.suicide_doubted,
        says("hurting_ask", buttons=("tired", "hurting", "human"), awaits="hurting"),
    ),
    PlanRow(
        S,
        "the wish to die is denied, or past",
        lambda t: is_.suicide_closed(t) and t.now.suicide is Danger.OVER,
        in_turn("suicide_denied", "calm_again"),
    ),
    PlanRow(
        S,
        "help was called",
        lambda t: t.does("done:called") and (is_.danger_closed(t) or is_.suicide_closed(t)),
        in_turn("called_ok", "calm_again"),
    ),
    PlanRow(
        S,
        "it was a joke, after a danger",
        lambda t: t.does("correct:joke") and is_.danger_closed(t),
        in_turn("joke_heard", "calm_again"),
    ),
    PlanRow(S, "the danger is over", is_.danger_closed, in_turn("safer_now", "calm_again")),
    PlanRow(
        S,
        "erasing is wanted",
        lambda t: t.does("want:erase", "erase:yes") and not erasing.more_beside(t) and not erasing.of_the_request(t),
        says("delete_ask", "delete_unclear", buttons=("delete_yes", "delete_no"), awaits="erase"),
        REPLY_ENDS,
    ),
    PlanRow(
        S,
        "neither yes nor no to erasing, in words that say nothing else",
        erasing.left_open,
        says("delete_unclear", buttons=("delete_yes", "delete_no"), awaits="erase"),
        REPLY_ENDS,
    ),
    PlanRow(S, "erasing is declined", lambda t: t.does("erase:no"), says("delete_kept")),
    PlanRow(S, "short answers are wanted", lambda t: t.does("want:quiet"), says("quiet_on")),
    PlanRow(S, "full answers are wanted", lambda t: t.does("want:normal") and not is_.acute(t), says("quiet_off")),
    PlanRow(
        S,
        "a language is named",
        lambda t: bool((c := t.commands.first("want:language")) and c.value),
        says("language_changed"),
        REPLY_ENDS,
    ),
    PlanRow(S, "another language is wanted", lambda t: t.does("want:language"), says("which_language"), REPLY_ENDS),
    PlanRow(
        S,
        "the menu is wanted",
        lambda t: t.does("menu"),
        says("menu", buttons=("topic_help", "topic_job", "report", "human")),
        REPLY_ENDS,
    ),
)
