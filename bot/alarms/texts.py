"""The words of alarms, in Polish and English: short enough for an SMS, plain enough for somebody who was asleep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.alarms.alarm import AlarmKind, Notice
from bot.language.writing import writings
from bot.messages import Triage

VOICES: Final[Mapping[str, str]] = {"pl": "pl-PL", "en": "en-GB"}  # in which a telephone says them
_TRIAGE: Final[Mapping[str, Mapping[Triage, str]]] = {
    "pl": {Triage.EMERGENCY: "ZAGROŻENIE ŻYCIA", Triage.HIGH: "PILNE", Triage.MEDIUM: "Ktoś czeka", Triage.NONE: "Ktoś czeka"},
    "en": {
        Triage.EMERGENCY: "EMERGENCY",
        Triage.HIGH: "URGENT",
        Triage.MEDIUM: "Somebody waits",
        Triage.NONE: "Somebody waits",
    },
}
_CASE: Final = {
    "pl": "{triage}: nikt nie przejął rozmowy od {minutes} min. Język: {language}.",
    "en": "{triage}: nobody has taken a conversation for {minutes} min. Language: {language}.",
}
_WAVE: Final = {
    "pl": "{triage}: {cases} podobnych rozmów, najdłużej czekająca od {minutes} min. Język: {language}.",
    "en": "{triage}: {cases} conversations that are alike; one has waited for {minutes} min. Language: {language}.",
}
_TEST: Final = {
    "pl": "Próba alarmu. Nikt nie czeka na pomoc.",
    "en": "A test of the alarm. Nobody is waiting for help.",
}
_SELF_TEST: Final = {
    "pl": "Codzienna próba alarmu. Nikt nie czeka na pomoc i nic nie trzeba robić.",
    "en": "The daily test of the alarm. Nobody is waiting for help, and there is nothing to do.",
}
_WAY: Final = {
    "pl": "Jedna z dróg alarmu nie działa: {way}. Pozostałe działają dalej. Sprawdź ją w konsoli.",
    "en": "A way of alarm does not work: {way}. The others go on. Look into it in the console.",
}
_DISK: Final = {
    "pl": "Dysk serwera jest zapełniony w ponad 80%. Zrób miejsce: na pełnym dysku żadna wiadomość się nie zapisze.",
    "en": "The server's disk is more than 80% full. Make room: a full disk takes no message.",
}
_WAYS: Final[Mapping[str, Mapping[str, str]]] = {
    "pl": {"email": "e-mail", "sms": "SMS", "call": "telefon", "telegram": "Telegram", "webhook": "webhook"},
    "en": {"email": "e-mail", "sms": "SMS", "call": "telephone", "telegram": "Telegram", "webhook": "webhook"},
}
_LINKS: Final = {
    "pl": "Konsola: {console}\nPotwierdź, że się tym zajmujesz: {acknowledge}",
    "en": "Console: {console}\nSay that you see to it: {acknowledge}",
}
_PRESS: Final = {
    "pl": "Wciśnij jeden, aby potwierdzić, że się tym zajmujesz. Potem otwórz konsolę.",
    "en": "Press one to say that you see to it. Then open the console.",
}
HEARD: Final = {
    "pl": "Dziękujemy. Alarm jest wyciszony. Otwórz teraz konsolę i przejmij rozmowę.",
    "en": "Thank you. The alarm is silent now. Open the console and take the conversation.",
}
NOT_HEARD: Final = {
    "pl": "Alarm nie został potwierdzony.",
    "en": "The alarm was not acknowledged.",
}


def way_name(way: str, interface: str) -> str:
    """Return what staff call a way: "SMS 1"."""
    kind = way.rstrip("0123456789")
    return f"{_WAYS[interface].get(kind, kind)} {way.removeprefix(kind)}".rstrip()


def sentence(notice: Notice) -> str:
    """Return what happened, in one or two sentences."""
    if notice.kind is AlarmKind.SELF_TEST:
        return _SELF_TEST[notice.interface]
    if notice.kind is AlarmKind.TEST:
        return _TEST[notice.interface]
    if notice.kind is AlarmKind.DISK:
        return _DISK[notice.interface]
    if notice.kind is AlarmKind.WAY:
        return _WAY[notice.interface].format(way=way_name(notice.failing, notice.interface))
    words = _WAVE if notice.cases > 1 else _CASE
    return words[notice.interface].format(
        cases=notice.cases,
        triage=_TRIAGE[notice.interface].get(notice.triage, notice.triage.value),
        minutes=max(1, int(notice.waits.total_seconds() // 60)),
        language=_named(notice.language, notice.interface),
    )


def message(notice: Notice) -> str:
    """Return the text of an e-mail or a chat message; a self-test, a failing way and a filling disk ask for no answer."""
    if notice.kind in {AlarmKind.SELF_TEST, AlarmKind.DISK}:
        return sentence(notice)
    if notice.kind is AlarmKind.WAY:
        return f"{sentence(notice)}\n{notice.console_url}"
    links = _LINKS[notice.interface].format(console=notice.console_url, acknowledge=notice.acknowledge_url)
    return f"{sentence(notice)}\n{links}"


def short(notice: Notice) -> str:
    """Return the text of an SMS: one link at most, whose page leads to the console."""
    if notice.kind in {AlarmKind.SELF_TEST, AlarmKind.WAY, AlarmKind.DISK}:
        return sentence(notice)
    return f"{sentence(notice)}\n{notice.acknowledge_url}"


def spoken(notice: Notice) -> str:
    """Return what a voice says on the telephone: no links."""
    return sentence(notice)


def press_one(notice: Notice) -> str:
    """Return how to answer on the telephone."""
    return _PRESS[notice.interface]


def subject(notice: Notice) -> str:
    """Return the subject of an e-mail."""
    if notice.kind is AlarmKind.CASE:
        return f"ALARM: {_TRIAGE[notice.interface].get(notice.triage, notice.triage.value)}"
    if notice.kind is AlarmKind.DISK:
        return "Dysk serwera się zapełnia" if notice.interface == "pl" else "The server's disk is filling"
    if notice.kind is AlarmKind.WAY:
        return "Droga alarmu nie działa" if notice.interface == "pl" else "A way of alarm does not work"
    return "Próba alarmu" if notice.interface == "pl" else "Test of the alarm"


def _named(language: str, interface: str) -> str:
    writing = writings().get(language)
    if writing is None:
        return language
    return writing.names.pl if interface == "pl" else writing.names.en
