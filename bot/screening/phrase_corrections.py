"""What a coordinator corrected in the console: what a phrase says, what it does not say, that it is no emergency.

It counts for what people write from then on, without a training. A phrase that says a sign raises every message in which it stands.
One that says less than was found takes away only its own part: the rest of the message is read by itself, and what that says stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, reduce
from typing import Any, Final

from bot.language.identification import without_diacritics
from bot.language.normalise import one_line, tokens
from bot.messages import Evidence, Indicator, Screening, Triage, higher

FEWEST_WORDS: Final = 2  # of a phrase that says a sign
# Of one that says less: "he took my passport" is what many write whom it happened to, and no joke may silence them.
FEWEST_WORDS_LESS: Final = 5
LONGEST: Final = 200  # characters of a phrase
CALMER: Final = (Triage.HIGH, Triage.MEDIUM, Triage.NONE)  # what an emergency that is none can be instead


class CorrectionKind(StrEnum):
    """What a correction says of its phrase."""

    SAYS = "says"
    SAYS_NOT = "says_not"
    NO_EMERGENCY = "no_emergency"


@dataclass(frozen=True)
class PhraseCorrection:
    """One corrected phrase.

    `sign` belongs to `says` and `says_not`; `triage` to `no_emergency`: how urgent the phrase is instead.
    """

    kind: CorrectionKind
    phrase: str
    sign: Indicator | None = None
    triage: Triage = Triage.HIGH

    @property
    def raises(self) -> bool:
        """Say whether it adds to what is found."""
        return self.kind is CorrectionKind.SAYS

    @property
    def denied(self) -> Indicator | None:
        """Return the sign that the phrase does not say. A wish to die is an emergency: where there is none, it goes as well."""
        if self.kind is CorrectionKind.NO_EMERGENCY:
            return Indicator.SUICIDE_RISK
        return None if self.raises else self.sign

    @property
    def long_enough(self) -> bool:
        """Say whether the phrase has as many words as its kind of correction needs."""
        return len(self.words) >= (FEWEST_WORDS if self.raises else FEWEST_WORDS_LESS)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Return the phrase's words as they are looked for.

        One that raises is found without diacritics as well; of one that says less each word must be the same: "ma" is not "má".
        """
        said = _words(self.phrase)
        return tuple(map(without_diacritics, said)) if self.raises else said

    def contradicts(self, other: PhraseCorrection) -> bool:
        """Say whether another correction says of the same words what this one denies, or that they are otherwise urgent."""
        if self.raises == other.raises:
            ends = self.kind is other.kind is CorrectionKind.NO_EMERGENCY
            return ends and self.words == other.words and self.triage is not other.triage
        says, less = (self, other) if self.raises else (other, self)
        return says.sign is less.denied and says.words == tuple(map(without_diacritics, less.words))

    def as_json(self) -> dict[str, Any]:
        """Return a JSON value; `from_json` reads it."""
        return {"kind": self.kind, "phrase": self.phrase, "sign": self.sign, "triage": self.triage}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PhraseCorrection:
        """Read what `as_json` wrote."""
        sign = Indicator(data["sign"]) if data["sign"] else None
        return cls(CorrectionKind(data["kind"]), data["phrase"], sign, Triage(data["triage"]))


def standing_in(text: str, corrections: Iterable[PhraseCorrection]) -> list[tuple[PhraseCorrection, str]]:
    """Return the corrections whose phrase stands in a text, whatever its marks and capitals, each with the text's own words."""
    line = one_line(text)
    spans = _spans(line)
    exact = [line[start:end].casefold() for start, end in spans]
    folded = [without_diacritics(word) for word in exact]
    words = {*exact, *folded}
    found = []
    for correction in corrections:
        if not words.issuperset(correction.words):
            continue
        place = next(_places(folded if correction.raises else exact, correction.words), None)
        if place is not None:
            end = spans[place + len(correction.words) - 1][1]
            found.append((correction, line[spans[place][0] : end]))
    return found


def rest_of(text: str, calming: Sequence[PhraseCorrection]) -> str:
    """Return what a text says besides some phrases, an ellipsis where each was; "" where no word is left."""
    line = one_line(text)
    spans = _spans(line)
    exact = [line[start:end].casefold() for start, end in spans]
    gone = {
        place + number
        for correction in calming
        for place in _places(exact, correction.words)
        for number in range(len(correction.words))
    }
    if len(gone) == len(spans):
        return ""
    rest, after = "", 0
    for number, (start, end) in enumerate(spans):
        if number in gone:
            rest += f"{line[after:start]} … " if number - 1 not in gone else ""
            after = end
    return one_line(rest + line[after:])


def raised(screening: Screening, says: Iterable[Evidence]) -> Screening:
    """Return a screening with signs that corrected phrases say, and as urgent as those are at least."""
    for evidence in says:
        if evidence.indicator not in screening.signs:
            screening = replace(screening, indicators=(*screening.indicators, evidence))
        screening = replace(screening, triage=higher(screening.triage, borne_by(evidence.indicator)))
    return screening


def lowered(whole: Screening, rest: Screening | None, calming: Sequence[PhraseCorrection]) -> Screening:
    """Return a screening without what corrected phrases do not say.

    `rest` is what the message says without the phrases, None where nothing is left; what that says counts in any case. A sign is
    taken away only where its words are the phrase's and the rest does not say it, and nothing else is lowered because of it: while a
    sign stays, the triage stays, and with it the likelihood of a handoff. Where none stays, the triage falls to what the rest says. An
    emergency ends only by a correction that says so, and then at no less than the signs that stay bear. What a correction says of how
    urgent its phrase is instead is the least in both cases.
    """
    besides = rest.indicators if rest is not None else ()
    elsewhere = {evidence.indicator for evidence in besides}
    left = [
        evidence
        for evidence in whole.indicators
        if evidence.indicator in elsewhere or not any(_is_only(evidence, correction) for correction in calming)
    ]
    stays = {evidence.indicator for evidence in left}
    signs = (*left, *(evidence for evidence in besides if evidence.indicator not in stays))
    said = rest.triage if rest is not None else Triage.NONE
    borne = [borne_by(evidence.indicator) for evidence in signs]
    instead = [correction.triage for correction in calming if correction.kind is CorrectionKind.NO_EMERGENCY]
    least = reduce(higher, (*borne, *instead), said)
    triage = whole.triage
    if triage is Triage.EMERGENCY and instead:
        triage = least
    elif triage is not Triage.EMERGENCY and whole.indicators and not left:
        triage = min((triage, least), key=lambda level: level.rank)
    triage = higher(triage, said)
    handoff = 0.0 if rest is None else rest.handoff
    if triage.rank >= whole.triage.rank:
        handoff = max(handoff, whole.handoff)
    return replace(whole, indicators=signs, triage=triage, handoff=handoff)


def borne_by(sign: Indicator) -> Triage:
    """Return how urgent a message is at least in which a sign stands."""
    if sign is Indicator.SUICIDE_RISK:
        return Triage.EMERGENCY
    return Triage.HIGH if sign.strong else Triage.MEDIUM


def _is_only(evidence: Evidence, correction: PhraseCorrection) -> bool:
    """Say whether a sign that was found is the one that a phrase does not say, in that phrase's words."""
    if evidence.indicator is not correction.denied:
        return False
    said = _words(evidence.words)
    within = (_places(said, correction.words), _places(correction.words, said))
    return not said or any(next(places, None) is not None for places in within)


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.casefold() for token in tokens(one_line(text)) if token[0].isalnum())


def _spans(line: str) -> list[tuple[int, int]]:
    """Return where each word and number of a line begins and ends."""
    spans, end = [], 0
    for token in tokens(line):
        start = line.index(token, end)
        end = start + len(token)
        if token[0].isalnum():
            spans.append((start, end))
    return spans


def _places(said: Sequence[str], phrase: Sequence[str]) -> Iterator[int]:
    """Yield where a phrase begins in what is said."""
    wanted = list(phrase)
    for place in range(len(said) - len(wanted) + 1):
        if wanted and list(said[place : place + len(wanted)]) == wanted:
            yield place
