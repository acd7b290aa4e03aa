"""How well wishes are heard in words that are on no list: a fifth of the listed phrases is left out of the learning.

    .venv/bin/python -m bench.wishes

Also the rows of the screening that are held out or of strangers, up to twelve words: of these hardly any is a wish.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Final

from bot.lexicon import listed_phrases
from bot.screening.heads import Heads
from bot.screening.normalise import readable, words
from bot.screening.rows import held_out, read_rows, training_files, validation_files
from bot.screening.tuned import TunedEncoder
from bot.screening.wishes import LONGEST, NOTHING, WISHES, learn_wishes, said_in_conversations

BARS: Final = (0.8, 0.9, 0.97)
WISHED: Final = {"delete_data", "ask_human"}  # rows of these topics may be wishes


def left_out(text: str) -> bool:
    """Say whether a phrase is among the fifth that is not learned from; every spelling of it is."""
    return hashlib.sha256(text.casefold().encode()).digest()[5] % 5 == 0


def main() -> None:
    """Print recall and errors by wish at each bar."""
    encoder = TunedEncoder()
    heads = Heads.load(encoder.folder)
    phrases, rows = listed_phrases(), read_rows(training_files())
    learned = [phrase for phrase in [*phrases, *said_in_conversations()] if not left_out(phrase.text)]
    wishes = learn_wishes(learned, rows, encoder, heads)

    def hear(texts: list[str]) -> list[tuple[str, float]]:
        found = []
        for start in range(0, len(texts), 64):
            for encoding in encoder.read([readable(text) for text in texts[start : start + 64]]):
                wish, likelihood = wishes.heard(heads.standardise(encoding.vector))
                found.append((wish or NOTHING, likelihood))
        return found

    tested = [phrase for phrase in phrases if left_out(phrase.text)]
    heard = hear([phrase.text for phrase in tested])
    strange = [row for row in (*(row for row in rows if held_out(row)), *read_rows(validation_files()))]
    strange = [row for row in strange if len(words(row.text)) <= LONGEST and row.topic not in WISHED]
    beside = hear([row.text for row in strange])
    for bar in BARS:
        wanted = [
            (phrase.meaning, wish if likelihood >= bar else NOTHING)
            for phrase, (wish, likelihood) in zip(tested, heard, strict=True)
        ]
        listed = [(meaning, wish) for meaning, wish in wanted if meaning in WISHES]
        right = sum(meaning == wish for meaning, wish in listed)
        wrong = sum(wish not in {meaning, NOTHING} for meaning, wish in wanted)
        false = [row for row, (wish, likelihood) in zip(strange, beside, strict=True) if wish != NOTHING and likelihood >= bar]
        alarming = sum(row.triage.needs_person for row in false)
        print(
            f"from {bar}: heard {right / len(listed):.3f} /{len(listed)}, wrongly {wrong / len(wanted):.3f} /{len(wanted)}; "
            f"of messages that wish nothing {len(false) / len(strange):.4f} /{len(strange)} ({alarming} of them alarming)"
        )
        by_wish: dict[str, list[bool]] = defaultdict(list)
        for meaning, wish in listed:
            by_wish[meaning].append(meaning == wish)
        print("   ", ", ".join(f"{name} {sum(hits) / len(hits):.2f} /{len(hits)}" for name, hits in sorted(by_wish.items())))


if __name__ == "__main__":
    main()
