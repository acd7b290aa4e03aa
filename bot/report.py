"""A witness's report: what was seen, in any order, each part skippable, correctable, summed up before it is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.screening.language import without_diacritics

FIELDS: Final = ("what", "where", "when", "who", "how_many", "vehicle", "advert")
SLOTS: Final = tuple(f"report_{field}" for field in FIELDS)
MORE: Final = "report_more"
SKIPPED: Final = "–"
FORM: Final = "witness_report_form"
# Acts that are no part of a report: they are answered, and the report goes on afterwards.
INTERRUPTIONS: Final = frozenset(
    {
        "emergency",
        "ask_human",
        "ask_bot",
        "delete_data",
        "change_language",
        "repeat",
        "abuse",
        "menu",
        "ask_hiding",
        "cannot_call",
        "safe_time",
        "code_word",
        "quiet_on",
        "quiet_off",
        "nothing_said",
        "report_start",
        "report_part",
        "report_drop",
    }
)
# Shown what there is, and asked whether to send it.
STOPPING: Final = frozenset({"report_send", "report_correct", "enough", "withdraw", "goodbye"})
COURTESIES: Final = frozenset({"goodbye", "abuse", "ask_bot", "repeat"})
SHORT_NO: Final = 2  # words
PART: Final = "part_"  # buttons that name a part of a report: part_where
_SIGNS: Final = ",.;:!?–-\"'()"
_STEM: Final = 4  # letters: "Łomża", "Łomży"
_MOST_RIGHT: Final = 5  # words of a correction
_MOST_WORDS: Final = 8  # of a sentence in which "Y, not X" is one
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n")
_NOT: Final = frozenset("nie not no не ne nu nao non pas degil".split())
_JOINTS: Final = frozenset(
    "tylko ale lecz a but its it's it is rather а але но sino mais mas ci iar ama sory sorry perdon pomylilam pomylilem sie"
    " poprawka przepraszam oops wait espera czekaj ой вибачте извините stop es e".split()
)
_PLATE = re.compile(r"\b[A-Z]{1,3}[ -]?[A-Z0-9]{4,5}\b")
_LINK = re.compile(r"(?:https?://|www\.|t\.me/|@)\S+|\b\w+\.(?:pl|com|net|org|eu|ua|ru)/?\S*", re.IGNORECASE)
_NAMED = re.compile(r"\s*([^:=\n]{2,30}?)\s*[:=]\s*(\S.*)", re.DOTALL)
_TIME = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\b\d{1,2}\.\d{1,2}(?:\.\d{2,4})?\b")


def slots_of(
    act: str,
    text: str,
    *,
    requested: str | None,
    filled: Mapping[str, str | None],
    asks: bool = False,
    certain: bool = True,
    queued: bool = False,
    inquires: bool = False,
) -> dict[str, str]:
    """Return which parts of the report a message fills; none when the message is no part of it.

    What a text carries besides (a number plate, a link, a time) goes to its own part, if that is still open. Whoever stops half way
    (`enough`, or "take it back" while nobody is asked for: not `queued`) is shown what there is. An answer of a few words is easily
    taken for a courtesy: such acts count only when they are `certain`, and a "no" with more words is an answer.
    """
    if act in COURTESIES and not certain:
        act = "out_of_scope"
    asked = act.startswith("ask_") and asks and not (requested == MORE and ":" in text)  # "when: every night" asks nothing
    if requested not in (*SLOTS, MORE) or act in INTERRUPTIONS or asked:
        return {}
    if inquires and act == "out_of_scope":
        return {}  # "and to whom does this go?": not understood, but no part of a report
    if act == "withdraw" and queued:
        return {}
    if act in {"skip", "doubt"} or (act == "deny" and len(text.split()) <= SHORT_NO):
        return {requested: SKIPPED}
    if act in STOPPING:
        return {slot: SKIPPED for slot in (*SLOTS, *([MORE] if requested == MORE else [])) if not filled.get(slot)}
    found = {requested: text}
    for slot, pattern in (("report_vehicle", _PLATE), ("report_advert", _LINK), ("report_when", _TIME)):
        if slot != requested and not filled.get(slot) and (match := pattern.search(text)):
            found[slot] = match.group()
    return found


def corrected(text: str, slots: Mapping[str, str | None]) -> dict[str, str] | None:
    """Return the part of a report with "not X but Y" put right; None when a message corrects nothing that was told.

    X is looked for as words of one of the parts, by their first letters, as cases change endings; Y is what follows a word like "but"
    or a comma. "Y, not X" is read so only where little else is said: "a woman cried, she speaks no Polish" corrects nothing.
    """
    for sentence in _SENTENCE.split(text):
        spoken = sentence.split()
        for place, word in enumerate(spoken):
            if _plain(word.strip(_SIGNS)) not in _NOT:
                continue
            wrong, right = _not_but(spoken[place + 1 :])
            if not right and len(spoken) <= _MOST_WORDS:
                right = _before(spoken[:place])
            mended = _mended(wrong, right, slots) if wrong and 0 < len(right) <= _MOST_RIGHT else None
            if mended is not None:
                return mended
    return None


def _not_but(spoken: list[str]) -> tuple[list[str], list[str]]:
    """Return the words after a "not" up to a "but" or a comma, and those after it."""
    start = next((place for place, word in enumerate(spoken) if _plain(word.strip(_SIGNS)) not in _JOINTS), len(spoken))
    for place in range(start, len(spoken)):
        if place > start and _plain(spoken[place].strip(_SIGNS)) in _JOINTS:
            return spoken[start:place], _without_joints(spoken[place:])
        if spoken[place][-1] in ",;" and place + 1 < len(spoken):
            return spoken[start : place + 1], _without_joints(spoken[place + 1 :])
    return spoken[start:], []


def _before(spoken: list[str]) -> list[str]:
    """Return what is said before a "not", from the last mark on."""
    marks = [place for place, word in enumerate(spoken[:-1]) if word[-1] in ",.;"]
    return _without_joints(spoken[marks[-1] + 1 if marks else 0 :])


def _mended(wrong: list[str], right: list[str], slots: Mapping[str, str | None]) -> dict[str, str] | None:
    for length in range(min(3, len(wrong)), 0, -1):
        for field, value in told(slots).items():
            if (mended := _replaced(value, wrong[:length], " ".join(right).strip(_SIGNS))) is not None:
                return {f"report_{field}": mended}
    return None


def _without_joints(spoken: list[str]) -> list[str]:
    """Return what is said between words such as "but" and the next mark."""
    start = next((place for place, word in enumerate(spoken) if _plain(word.strip(_SIGNS)) not in _JOINTS), len(spoken))
    end = next((place + 1 for place, word in enumerate(spoken) if place >= start and word[-1] in ",.;"), len(spoken))
    return spoken[start:end]


def _replaced(value: str, wrong: list[str], right: str) -> str | None:
    spoken = value.split()
    sought = [_stem(word) for word in wrong]
    if not all(sought):
        return None
    for place in range(len(spoken) - len(sought) + 1):
        if [_stem(word) for word in spoken[place : place + len(sought)]] == sought:
            last = spoken[place + len(sought) - 1]
            sign = last[-1] if last[-1] in ",.;" else ""
            first, _, rest = right.partition(" ")
            again = place > 0 and rest and _plain(first) == _plain(spoken[place - 1])  # "near Grójec": "not Grójec, near Radom"
            new, left = (rest if again else right).split(), spoken[place + len(sought) :]
            if len(new) > 1 and left and _stem(new[-1]) == _stem(left[0]):
                left = left[1:]  # "two girls": "three girls, not two"
            return " ".join([*spoken[:place], " ".join(new) + sign, *left])
    return None


def _stem(word: str) -> str:
    return _plain(word.strip(_SIGNS))[:_STEM]


def told(slots: Mapping[str, str | None]) -> dict[str, str]:
    """Return the parts of a report that hold something, by field."""
    fields = {slot.removeprefix("report_"): slots.get(slot) for slot in (*SLOTS, MORE)}
    return {field: value for field, value in fields.items() if value and value != SKIPPED}


def summary(slots: Mapping[str, str | None], titles: Mapping[str, str]) -> str:
    """Return the parts of a report, one a line with its title, in the person's own words; `titles` are those of the buttons."""
    named = {field: titles.get(f"{PART}{field}") for field in FIELDS}
    lines = (f"• {named[field]}: {value}" if named.get(field) else f"• {value}" for field, value in told(slots).items())
    return "\n".join(lines) or SKIPPED


def named_part(text: str, titles: Mapping[str, str]) -> list[str] | None:
    """Return the slot that a message names before a colon, and what it says of it: "place: the old mill"; None when it names none.

    A list of two, as Rasa's slots hold lists. `titles` are those of the buttons in the person's language.
    """
    match = _NAMED.fullmatch(text)
    if match is None:
        return None
    name = _plain(match[1])
    return next(([f"report_{field}", match[2]] for field in FIELDS if _plain(titles.get(f"{PART}{field}", "")) == name), None)


def _plain(words: str) -> str:
    return without_diacritics(words.strip().casefold())
