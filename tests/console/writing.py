"""How tests write an answer in the console: the fields of its form, as a browser sends them."""

from __future__ import annotations

from typing import Any

from tests.console.conftest import Consultant

NAME = "car_there"
WAYS = {
    "pl": ("czy mogę tam zaparkować samochód", "gdzie zostawię auto", "czy jest tam parking", "mam samochód, co z nim"),
    "en": ("can I park my car there", "where do I leave my car", "is there a car park", "what about my car"),
    "uk": ("де залишити машину", "чи є там парковка", "у мене авто, куди його"),
}
WORDS = {
    "pl": ("Samochód", "Zapytaj o miejsce na auto: {hotline}.", "Zapytaj: {hotline}.", "Zapytaj najpierw."),
    "en": ("Car", "Ask where a car can stand: {hotline}.", "Ask: {hotline}.", "Ask first."),
    "uk": ("Авто", "Запитайте про місце для авто: {hotline}.", "Запитайте: {hotline}.", "Спершу запитайте."),
}


def fields(**changes: Any) -> dict[str, Any]:
    """Return the form of a whole answer in three languages; a change of None leaves a field out."""
    form: dict[str, Any] = {
        "id": NAME,
        "matter": "shelter",
        "when": ["calm", "waiting"],
        "facts": ["N34"],
        "next": "shelter_rules",
    }
    for language, ways in WAYS.items():
        form[f"{language}.asked"] = "\n".join(ways)
    for language, words in WORDS.items():
        form |= {f"{language}.{form_}": text for form_, text in zip(("title", "text", "again", "quiet"), words, strict=True)}
    return {name: value for name, value in (form | changes).items() if value is not None}


async def drafts(someone: Consultant, **changes: Any) -> int:
    """Write a new answer; return the status."""
    await someone.get("/answer-drafts")
    return (await someone.post("/answer-drafts", **fields(**changes))).status


async def publishes(someone: Consultant, *, revision: int = 1, name: str = NAME) -> str:
    """Publish a draft; return the page that comes after it."""
    await someone.get(f"/answers/{name}")
    response = await someone.post(f"/answer-drafts/{name}/publish", revision=str(revision))
    assert response.status == 303
    return response.headers["Location"].removeprefix("/console")
