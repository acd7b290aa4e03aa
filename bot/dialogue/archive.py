"""The whole understanding inside a model archive of Rasa, opened without Rasa."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bot.dialogue.answers import Library
from bot.dialogue.features import Context
from bot.dialogue.heads import COMMANDS_FILE
from bot.dialogue.retrieval import Found
from bot.dialogue.state import Who
from bot.dialogue.turn import Understood
from bot.dialogue.understand import CommandModel
from bot.language.classes import ClassesDiffer
from bot.language.normalise import readable
from bot.screening.archive import load_folder, opened
from bot.screening.models import newest_archive
from bot.screening.respelt import spelt
from bot.screening.screener import Screener, ScreenerUnusable, encode, name_language
from bot.screening.tuned import TunedEncoder


@dataclass(frozen=True)
class Reader:
    """Reads messages as the running program does: screening, then commands."""

    screener: Screener
    understanding: CommandModel

    def read(self, text: str, *, language_hint: str | None, context: Context) -> Understood:
        """Return what a message is understood as in its conversation."""
        text = readable(text)
        model = self.screener.model
        encoding = encode(text, model.encoder)
        language = name_language(self.screener.languages, text, language_hint, encoding, model.heads)
        if encoding is None:
            return self.understanding.understand(text, model.screen(text, language, None), None, context)
        found = model.understand(text, language, encoding)
        read = spelt(text, found.reading, model.spelling, model.encoder)
        return self.understanding.understand(text, model.screening(found), read, context)

    def over(self, library: Library) -> Reader:
        """Return what reads messages in the light of another library than that of the files."""
        return replace(self, understanding=self.understanding.over(library, self.screener.model.encoder))

    def asked(self, text: str, who: Who, language: str) -> list[tuple[Found, float]]:
        """Return the answers nearest to the first message of somebody, and how likely each is asked for, the likeliest first."""
        encoding = encode(readable(text), self.screener.model.encoder)
        if encoding is None:
            return []
        known = self.understanding
        asking = known.asking_first(text, encoding, who, language)
        likely = known.asked.likelihoods(asking)
        found = {one.answer: one for one in asking.whole.near}
        return [(found[name], sure) for name, sure in likely.items()]


def load_reader(model_dir: Path) -> Reader:
    """Load the newest model's understanding; raises ScreenerUnusable."""
    model = newest_archive(model_dir)
    if model is None:
        raise ScreenerUnusable(f"There is no trained model in {model_dir}. Train one: make train.")
    with opened(model) as folder:
        screener = load_folder(folder)
        found = sorted(folder.rglob(COMMANDS_FILE))
        encoder = screener.model.encoder
        if not found or not isinstance(encoder, TunedEncoder):
            raise ScreenerUnusable(f"The model {model.name} cannot read commands. Train again: make train.")
        try:
            return Reader(screener, CommandModel.load(found[0].parent, encoder))
        except ClassesDiffer as error:
            raise ScreenerUnusable(str(error)) from error
