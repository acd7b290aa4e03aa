"""What becomes of a message: on a slow line, without one, while somebody writes, when it was read, when all was erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect
from sqlalchemy import select

from bot.console.ownership import Ownership
from bot.console.services import ConsoleServices
from bot.language.wording import Wording
from bot.messages import LANGUAGES
from bot.storage.tables import Conversation
from tests.e2e.chats import OLD, PATIENCE, SENT, WORDS, Chat, first, in_a_case, says, stored, writes
from tests.e2e.desks import Night, faults, picture, ready
from tests.pictures import words_of_the_picture

pytestmark = pytest.mark.browser

OPENED = "**/chat/conversations"


def states(page: Page) -> list[str | None]:
    return [line.get_attribute("data-state") for line in page.locator(".mine").all()]


def lost_answer(route: Route) -> None:
    route.fetch()  # the server has it
    route.abort()


def broken(route: Route) -> None:
    route.abort()


WRONG: dict[str, tuple[str, Callable[[Route], Any]]] = {
    "the answer to the opening is lost": (OPENED, lost_answer),
    "the opening is refused for now": (OPENED, lambda route: route.fulfill(status=503)),
    "the answer to the message is lost": (SENT, lost_answer),
    "a proxy gave up waiting": (SENT, lambda route: (route.fetch(), route.fulfill(status=504, body="<h1>504</h1>"))),
    "the line broke before": (SENT, broken),
    "something failed on our side": (SENT, lambda route: route.fulfill(status=500)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_no_message_is_lost_doubled_or_split_in_two_conversations(night: Night, chat: Chat, wrong: str) -> None:
    page = chat()
    first(page, *WRONG[wrong])
    writes(page, *WORDS)
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(3, timeout=PATIENCE)
    expect(page.locator(".message.bot:not(.greeting)")).to_have_count(3)
    expect(page.locator("#notice")).to_be_empty()
    assert stored(night) == [WORDS]


def test_what_is_written_while_the_first_answer_takes_its_time_goes_into_the_same_conversation(night: Night, chat: Chat) -> None:
    page = chat()
    held: list[Route] = []
    page.route(OPENED, lambda route: held.append(route), times=1)  # noqa: PLW0108 - Playwright marks what it is given
    writes(page, WORDS[0])
    expect(page.locator(".mine .state")).to_have_text("Wysyłam…")
    page.route(SENT, lambda route: held.append(route), times=1)  # noqa: PLW0108 - as above
    writes(page, *WORDS[1:])
    assert states(page) == ["sending"] * 3
    held.pop(0).continue_()
    expect(page.locator("#doing")).to_have_text("Program pisze…")  # it has the message and has not answered
    picture(page, "chat-writing")
    assert states(page) == ["sending"] * 3
    held.pop(0).continue_()
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(3, timeout=PATIENCE)
    expect(page.locator("#doing")).to_be_empty()
    expect(page.locator(".state:visible")).to_have_text(["Wysłano"])  # the last one speaks for all
    assert stored(night) == [WORDS]


def test_offline_nothing_looks_sent_and_everything_goes_out_in_order_afterwards(night: Night, chat: Chat) -> None:
    page = chat("uk", (320, 568))
    says(page, WORDS[0])
    page.context.set_offline(True)
    expect(page.locator("#notice")).to_contain_text("Немає зв’язку")
    writes(page, *WORDS[1:])
    expect(page.locator('.mine[data-state="waiting"]')).to_have_count(2)
    expect(page.locator('.mine[data-state="waiting"] .state').last).to_contain_text("Ще не надіслано")
    assert faults(page) == []
    picture(page, "chat-offline-uk")
    page.context.set_offline(False)
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(3, timeout=PATIENCE)
    expect(page.locator("#notice")).to_be_empty()
    assert stored(night) == [WORDS]


BUSY: dict[str, tuple[str, int]] = {
    "too many open one": (OPENED, 429),
    "no room for another one": (OPENED, 503),
    "too many write a first message": (SENT, 429),
    "no message can be stored": (SENT, 503),
}


@pytest.mark.parametrize("busy", BUSY)
def test_in_a_crowd_nobody_is_told_of_a_broken_line_and_each_line_goes_out_once(night: Night, chat: Chat, busy: str) -> None:
    page, (address, status) = chat("uk", (320, 568)), BUSY[busy]
    body = '{"error": {"code": "crowded", "message": "Try again later."}}'

    def turned_away(route: Route) -> None:
        route.fulfill(status=status, body=body, content_type="application/json")

    page.route(address, turned_away)
    writes(page, *WORDS[:2])
    notice = page.locator("#notice")
    expect(notice).to_have_text("Зараз пише багато людей. Пробую ще. Якщо це терміново, зателефонуйте.")
    expect(notice).to_be_in_viewport(ratio=1)
    expect(page.locator('.mine[data-state="waiting"]')).to_have_count(2, timeout=PATIENCE)
    expect(page.locator('.mine[data-state="waiting"] .state').last).to_have_text("Ще не надіслано. Надішлеться саме.")
    writes(page, WORDS[2])
    expect(notice).to_contain_text("пише багато людей")  # writing on takes it away as little as anything else
    assert faults(page) == []
    picture(page, "chat-crowded-uk")
    page.select_option("#language", "pl")
    expect(notice).to_have_text("Dużo osób teraz pisze. Próbuję dalej. Jeśli to pilne, zadzwoń.")
    page.unroute(address, turned_away)
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(4, timeout=PATIENCE)
    expect(notice).to_be_empty()
    assert stored(night) == [[*WORDS, "@lang_pl"]]


def test_a_line_that_breaks_in_a_crowd_is_told_as_broken_and_a_crowd_behind_it_as_one(night: Night, chat: Chat) -> None:
    page = chat("en")
    notice = page.locator("#notice")
    says(page, WORDS[0])
    page.route(SENT, lambda route: route.fulfill(status=429))
    writes(page, WORDS[1])
    expect(notice).to_contain_text("Many people are writing")
    page.route(SENT, broken)  # asked first, as it came last
    expect(notice).to_contain_text("There is no connection")
    page.unroute(SENT, broken)
    expect(notice).to_contain_text("Many people are writing")
    page.unroute(SENT)
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(2, timeout=PATIENCE)
    expect(notice).to_be_empty()
    assert stored(night) == [WORDS[:2]]


GPRS = {"offline": False, "latency": 500, "downloadThroughput": 50_000 / 8, "uploadThroughput": 20_000 / 8}  # bytes a second


def test_on_a_line_of_fifty_kilobits_somebody_reads_writes_and_is_answered(night: Night, chat: Chat) -> None:
    page = chat("uk", (320, 568))
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", GPRS)
    page.goto(f"{night.chat}/?lang=ar", wait_until="commit")
    expect(page.locator(".greeting[lang=ar]")).to_be_visible(timeout=PATIENCE)
    page.locator(".greeting .choices button").first.click(timeout=PATIENCE)  # it waits for its script
    writes(page, *WORDS)
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(4, timeout=2 * PATIENCE)
    page.select_option("#language", "hi")  # whose words come now
    expect(page.locator("html")).to_have_attribute("lang", "hi", timeout=PATIENCE)
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(5, timeout=PATIENCE)
    assert [said[1:4] for said in stored(night)] == [WORDS]


def test_the_words_of_a_language_come_when_there_is_a_connection_again(chat: Chat) -> None:
    page = chat("pl")
    page.context.set_offline(True)
    page.select_option("#language", "vi")
    expect(page.locator("#leave")).to_have_text("Wyjdź stąd")  # nothing is half in another language
    page.context.set_offline(False)
    expect(page.locator("#leave")).to_have_text("Rời khỏi đây", timeout=PATIENCE)
    expect(page.locator(".greeting")).to_have_attribute("lang", "vi")


def test_a_message_that_is_refused_is_kept_and_can_be_tried_again(night: Night, chat: Chat) -> None:
    page = chat()
    first(page, SENT, lambda route: route.fulfill(status=422))
    writes(page, WORDS[0])
    expect(page.locator(".mine .state")).to_have_text("Tej wiadomości nie udało się wysłać.")
    says(page, WORDS[1])  # it keeps up nothing that comes after it
    page.get_by_role("button", name="Spróbuj jeszcze raz").click()
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(2, timeout=PATIENCE)
    assert stored(night) == [[WORDS[1], WORDS[0]]]


def told_and_taken(night: Night, page: Page, console: Page) -> None:
    """Let the person tell something, and Ola take the case and open it."""
    says(page, "zabrał mi paszport")
    night.takes("Ola")
    console.goto(f"{night.url}/cases/{night.cases()[0].id}")
    ready(console)


def test_both_sides_see_that_the_other_writes_and_the_person_that_it_was_read(
    night: Night, chat: Chat, services: Callable[..., Page]
) -> None:
    page, console = chat(size=(320, 568)), services("Ola")
    told_and_taken(night, page, console)
    expect(page.locator(".mine .state")).to_have_text("Przeczytane przez konsultanta")
    page.focus("#text")
    page.keyboard.type("boję się")
    expect(console.locator("#person-writes")).to_have_text("Osoba pisze…")
    console.focus("#answer")
    console.keyboard.type("Dzień dobry, tu Ola.")
    expect(page.locator("#doing")).to_have_text("Konsultant lub konsultantka pisze…")
    picture(page, "chat-consultant-writes")
    console.keyboard.press("Control+Enter")
    expect(page.locator(".message.consultant")).to_have_count(1)
    expect(page.locator("#doing")).to_be_empty()
    page.keyboard.press("Enter")
    expect(page.locator('.mine[data-state="read"]')).to_have_count(2, timeout=PATIENCE)
    expect(page.locator(".state:visible")).to_have_count(1)
    expect(console.locator("#person-writes")).to_be_empty()


def test_the_last_answer_stays_whole_in_view_while_the_next_one_is_written(
    night: Night, chat: Chat, services: Callable[..., Page]
) -> None:
    page, console = chat(size=(360, 640)), services("Ola")
    told_and_taken(night, page, console)
    answers = page.locator(".message.consultant")
    for count, answer in enumerate(
        ("Dzień dobry, tu Ola.", "Czytam, co tu jest napisane. Proszę chwilę poczekać.", "Czytam."), start=1
    ):
        console.fill("#answer", answer)
        console.keyboard.press("Control+Enter")
        expect(answers).to_have_count(count)
    expect(answers.last).to_be_in_viewport(ratio=1)
    page.evaluate("speak(doing, 'person_writes')")  # which the console tells every few seconds only
    expect(page.locator("#doing")).to_have_text("Konsultant lub konsultantka pisze…")
    expect(answers.last).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("quiet", [False, True], ids=["told", "quiet"])
def test_who_loses_their_consultant_learns_it_in_quiet_mode_by_a_word_of_the_page(night: Night, chat: Chat, quiet: bool) -> None:
    page = chat(size=(320, 568))
    in_a_case(night, page)
    night.answers("Ola", "Dzień dobry, tu Ola.")
    said = page.locator(".message.consultant, .message.bot:not(.greeting)")
    expect(said.last).to_contain_text("tu Ola")

    async def lock_out() -> None:
        services = ConsoleServices(night.program)
        async with night.program.database.transaction() as session:
            (await session.scalars(select(Conversation))).one().quiet = quiet
            ola = await services.accounts.named(session, "Ola")
            await services.accounts.disable(session, ola, by="test", now=services.now())
            freed = await Ownership(services).free(session, ola.id, by="test")
        services.publish(*freed)

    night.do(lock_out())
    doing = page.locator("#doing")
    if not quiet:
        expect(said.last).to_contain_text("Znów odpowiada program")
        expect(doing).to_be_empty()
        return
    expect(doing).to_have_text("Odpowiada program")
    expect(said.last).to_contain_text("tu Ola")  # no message tells it
    assert faults(page) == []
    writes(page, "halo")
    expect(page.locator('.mine[data-state="sent"], .mine[data-state="read"]')).to_have_count(2, timeout=PATIENCE)
    expect(doing).to_be_empty()  # what the program answers says itself who speaks


def test_a_reload_asks_before_it_forgets_and_leaving_does_not(chat: Chat) -> None:
    page = chat()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.reload()
    expect(page.locator(".greeting")).to_be_visible()
    assert asked == []  # nothing was said yet
    says(page, "dzień dobry")
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.reload(), 0)")
    assert asked == ["beforeunload"]
    expect(page.locator(".mine")).to_have_count(1)
    page.click(".number")  # whoever calls is asked nothing, and neither is who leaves
    page.click("#leave")
    page.wait_for_url("https://www.gov.pl/")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_this_is_the_question_and_the_choices_are_in_sight_at_once_and_axe_finds_nothing(still: Chat, language: str) -> None:
    page = still(language)
    view = page.locator("#talk").bounding_box()
    assert view is not None
    for part in (
        page.locator(".greeting .choices button").first,
        page.locator(".greeting .choices button").last,
        page.locator("summary"),
    ):
        expect(part).to_be_visible()
        box = part.bounding_box()
        assert box is not None
        assert view["y"] <= box["y"]
        assert box["y"] + box["height"] <= view["y"] + view["height"], language
    assert page.locator(".greeting .choices button").count() == 4
    picture(page, f"chat-{language}", words_of_the_picture(Wording.load(), language))
    page.click("summary")
    expect(page.locator(".greeting details p")).to_be_visible()
    assert faults(page) == []


def test_a_browser_of_eight_years_ago_takes_part_in_a_whole_conversation(night: Night, chat: Chat) -> None:
    page = chat("uk", (320, 568), script=OLD)
    assert page.evaluate("'body' in Response.prototype || 'replaceChildren' in Element.prototype") is False
    in_a_case(night, page, "zabrał mi paszport")
    night.answers("Ola", "Dzień dobry, czytam.")
    expect(page.locator(".message.consultant")).to_have_count(1, timeout=PATIENCE)  # it looks every five seconds
    writes(page, "Добрий день")
    expect(page.locator('.mine[data-state="sent"]')).to_have_count(2, timeout=PATIENCE)
    page.select_option("#language", "ar")
    expect(page.locator(".greeting")).to_have_attribute("dir", "rtl", timeout=PATIENCE)
    assert len(stored(night)) == 1
