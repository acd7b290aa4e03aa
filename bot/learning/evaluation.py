"""How well conversations are led: for each labelled turn, what was said that must be, what that must not, and the state after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.dialogue.answers import Library
from bot.dialogue.features import Context
from bot.dialogue.rules import sections_of
from bot.dialogue.state import State
from bot.dialogue.turn import Around, Speaking, Understood
from bot.learning.labelled import LabelledConversation, LabelledTurn
from bot.messages import Screening
from bot.screening.evaluation import Share
from bot.screening.findings import Findings

# The kinds of texts that labels name, by the beginnings of the ids of the texts that are of them.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "emergency": ("emergency_", "danger_", "unheard_", "witness_steps"),
    "suicide": ("suicide", "stay_with_me"),
    "ask_hurting": ("hurting_ask",),
    "calmer": ("safer_now", "suicide_denied", "called_ok", "calm_again", "joke_heard"),
    "near": ("someone_near",),
    "heard": ("disclose_", "heard_", "told_first", "witness_", "relative_first", "professional_first", "client_first", "about_"),
    "witness": (
        "witness_",
        "relative_first",
        "professional_first",
        "client_first",
        "emergency_witness",
        "danger_reminder_witness",
    ),
    "child": ("disclose_child", "child_here", "emergency_child", "answer.child"),
    "joke": ("joke_heard", "calm_again"),
    "corrected": ("about_", "meant_ask"),
    "person": (
        "handoff_short",
        "handoff_unasked",
        "handoff_written",
        "handoff_accepted",
        "handoff_after_all",
        "handoff_already",
        "handoff_still",
    ),
    "person_waits": ("handoff_already", "handoff_still", "handoff_short", "handoff_unasked", "handoff_written"),
    "person_kept": ("handoff_kept",),
    "refused": ("handoff_declined", "handoff_withdrawn", "refused_again"),
    "in_writing": ("in_writing",),
    "time": ("safe_time_",),
    "word": ("code_word_",),
    "read_back": ("safe_time_noted", "code_word_noted", "code_word_told", "nothing_noted"),
    "report": ("report_",),
    "erase_ask": ("delete_",),
    "quiet": ("quiet_",),
    "language": ("language_changed", "which_language"),
    "greet": ("greet",),
    "thanks": ("thanks",),
    "bye": ("goodbye", "bye_again"),
    "calm_anger": ("abuse",),
    "unknown": ("not_known", "question_waits", "question_danger", "question_dying", "question_near", "rest_near"),
    "offer": ("handoff_offer", "offer_short"),
}
# What a reply has to hold for what a message does, where the label does not name it.
EXPECTED: Final[Mapping[str, str]] = {
    "near": "near",
    "want:erase": "erase_ask",
    "want:quiet": "quiet",
    "want:language": "language",
    "refuse:human": "refused",
    "refuse:call": "in_writing",
    "want:report": "report",
    "arrange:time": "time",
    "arrange:word": "word",
    "want:readback": "read_back",
    "danger:self": "emergency",
    "danger:other": "emergency",
    "feel:suicide": "suicide",
    "correct:joke": "joke",
}


LATER: Final = 5  # the place in a conversation from which a message is a later one


@dataclass(frozen=True)
class JudgedTurn:
    """One turn with what was said; `missing` and `unwanted` name kinds of texts or answers, `beside` answers that nobody asked for."""

    conversation: str
    language: str
    kind: str
    position: int
    text: str
    said: tuple[str, ...]
    commands: tuple[str, ...]
    missing: tuple[str, ...]
    unwanted: tuple[str, ...]
    beside: tuple[str, ...]
    asks: bool
    state_right: bool | None
    repeated: bool

    @property
    def right(self) -> bool:
        """Say whether all was said that must be, and nothing that must not."""
        return not self.missing and not self.unwanted


def figures(turns: Sequence[JudgedTurn]) -> dict[str, Share]:
    """Return the shares of right turns: of all, and by language, kind and position; then of states and of texts said again."""
    groups: dict[str, list[bool]] = {"all turns": []}
    for turn in turns:
        place = "first" if turn.position == 1 else "second to fourth" if turn.position < LATER else "later"
        for group in ("all turns", f"language {turn.language}", f"kind {turn.kind}", f"position {place}"):
            groups.setdefault(group, []).append(turn.right)
    found = {group: Share(sum(right), len(right)) for group, right in sorted(groups.items())}
    states = [turn.state_right for turn in turns if turn.state_right is not None]
    asking, others = ([turn for turn in turns if turn.asks is asks] for asks in (True, False))
    found["asks, and no other answer"] = Share(sum(not turn.beside for turn in asking), len(asking))
    found["asks nothing, and no answer"] = Share(sum(not turn.beside for turn in others), len(others))
    found["state as labelled"] = Share(sum(states), len(states))
    found["a text said a third time"] = Share(sum(turn.repeated for turn in turns), len(turns))
    return found


Understands = Callable[[str, str, Context], Understood]


def judge(conversation: LabelledConversation, library: Library, understand: Understands) -> Iterable[JudgedTurn]:
    """Lead a conversation by what the program understands itself, and judge each turn by its labels."""
    state, findings, before = State(), Findings(), frozenset[str]()
    for number, turn in enumerate(conversation.turns, start=1):
        understood = understand(turn.text, conversation.language, Context.of(state))
        findings = findings.with_message(understood.screening, number)
        around = Around(library, triage=findings.triage, queued=state.person.value == "asked")
        speaking = Speaking.begin(turn.text, understood, state, around)
        for section in sections_of(speaking.turn.commands.main_intent(), speaking.turn.now.phase):
            speaking.section(section)
        state = speaking.concluded()
        said = speaking.turn.said
        yield JudgedTurn(
            conversation=conversation.id,
            language=conversation.language,
            kind=conversation.kind,
            position=number,
            text=turn.text,
            said=said,
            commands=tuple(map(str, speaking.turn.commands.all)),
            missing=tuple(_missing(turn, said)),
            unwanted=tuple(kind for kind in sorted(turn.must_not) if _says(kind, said)),
            beside=tuple(sorted(_answers(said) - {name for asked in turn.commands.asked for name in asked.choices})),
            asks=bool(turn.commands.asked),
            state_right=_state_right(turn, state, understood.screening, findings),
            repeated=any(text in before for text in said if state.times(text) > 2),
        )
        before |= set(said)


def _missing(turn: LabelledTurn, said: Sequence[str]) -> Iterable[str]:
    must = set(turn.must) | {
        EXPECTED[name] for name in turn.commands.names if name in EXPECTED and EXPECTED[name] not in turn.must_not
    }
    if "person_kept" in must or "suicide" in must:
        must -= {"refused"}
    yield from (kind for kind in sorted(must) if not _says(kind, said))
    for asked in turn.commands.asked:
        if asked.choices and not any(f"answer.{name}" in said for name in asked.choices):
            yield str(asked)


def _answers(said: Sequence[str]) -> set[str]:
    """Return the answers of the library among texts."""
    return {text.split(".")[1] for text in said if text.startswith("answer.")}


def _says(kind: str, said: Sequence[str]) -> bool:
    return any(text.startswith(KINDS[kind]) for text in said)


def _state_right(turn: LabelledTurn, state: State, screening: Screening, findings: Findings) -> bool | None:
    """Say whether the state is what the label says; None where it says nothing."""
    if not turn.after:
        return None
    now = {
        "danger": "over" if state.danger.value == "eased" else state.danger.value,
        "suicide": "over" if state.suicide.value == "eased" else state.suicide.value,
        # Who is in danger waits for a consultant without having asked: the labels call nobody who did not ask.
        "person": "none" if turn.after.get("person") == "none" and findings.triage.needs_person else state.person.value,
        "triage": findings.triage.value,
    }
    return all(now[name] == value for name, value in turn.after.items())
