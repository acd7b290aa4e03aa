"""The queue as a consultant sees it."""

from __future__ import annotations

from tests.support import Clock


async def test_the_most_urgent_case_is_on_top_and_then_who_waits_longest(consultant, writes, clock: Clock) -> None:
    first = await writes("zabrał mi paszport", who="a")
    clock.move(minutes=1)
    second = await writes("mój paszport ma szef", who="b")
    clock.move(minutes=1)
    third = await writes("zamknęli mnie", who="c")
    ola = await consultant()
    page = await ola.text("/")
    places = [page.index(case) for case in (third, first, second)]
    assert places == sorted(places)


async def test_a_case_opens_and_shows_the_words_with_their_evidence_marked(consultant, writes) -> None:
    case = await writes("zabrał mi paszport")
    ola = await consultant()
    page = await ola.text(f"/cases/{case}")
    assert '<mark class="strong">zabrał mi paszport</mark>' in page
    assert "zabrany paszport lub dokumenty" in page
    assert "passport or papers taken" in page
