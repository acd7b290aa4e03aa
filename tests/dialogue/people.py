"""What people write in these tests, and what it is understood as."""

from __future__ import annotations

from bot.dialogue.state import Who
from bot.messages import Indicator, Speaker, Triage
from tests.standins.rules_assistant import Reading

GRAVE = "szefowa trzyma mój paszport w sejfie"
GRAVER = "pilnują nas na zmianę i straszą policją"
DANGER = "wyważają drzwi i mają pałki"
DYING = "wzięłam tabletki, żeby się nie obudzić"
DYING_AGAIN = "nie obudzę się jutro"
WITNESSED = "w hali obok śpią ludzie i nikt ich nie wypuszcza"
WORRIED = "chcą zaliczki za wyjazd do pracy"
NEAR = "idzie tu"
NEAR_WITH_MORE = "idzie tu ten, co wczoraj bił nas kablem za łóżkiem"
WRITTEN_ONLY = "dobrze, ale nie dzwońcie"
NO_CONSULTANT = "żadnych konsultantów, odwołuję to"
NOT_DYING = "nie, umrzeć nie chcę"
CALLED = "dzwoniłam już, jadą"
QUESTION = "gdzie mogę dziś spać?"
TWO_QUESTIONS = "gdzie mogę dziś spać i kto to czyta?"
THREE_QUESTIONS = "gdzie spać, kto to czyta i ile kosztuje telefon?"
UNKNOWN = "jaki będzie kurs euro?"
TIRED = "nie daję rady wstawać na trzecią zmianę"
TIME = "w piątki po szesnastej"
CONFUSED = "mhm tamto jakoś"
READ_BACK = "powtórz, na co się umawialiśmy"

READINGS: dict[str, Reading] = {
    GRAVE: Reading(("tell:self",), Triage.HIGH, (Indicator.DOCUMENTS_TAKEN,)),
    GRAVER: Reading(("tell:self",), Triage.HIGH, (Indicator.THREATS, Indicator.SURVEILLANCE)),
    DANGER: Reading(("danger:self",), Triage.EMERGENCY, (Indicator.VIOLENCE,)),
    DYING: Reading(("feel:suicide",), Triage.EMERGENCY, (Indicator.SUICIDE_RISK,)),
    DYING_AGAIN: Reading(("feel:suicide",), Triage.EMERGENCY, (Indicator.SUICIDE_RISK,)),
    WITNESSED: Reading(("tell:other",), Triage.HIGH, (Indicator.MOVEMENT_RESTRICTED,), Speaker.WITNESS, Who.WITNESS),
    WORRIED: Reading(("tell:self",), Triage.MEDIUM, (Indicator.SUSPICIOUS_OFFER,)),
    NEAR: Reading(("near",), Triage.NONE),
    NEAR_WITH_MORE: Reading(("near", "tell:self"), Triage.EMERGENCY, (Indicator.VIOLENCE,)),
    WRITTEN_ONLY: Reading(("answer:yes", "refuse:call")),
    NO_CONSULTANT: Reading(("refuse:human",)),
    NOT_DYING: Reading(("feel:better",)),
    CALLED: Reading(("done:called",)),
    QUESTION: Reading(("ask:sleep_tonight",)),
    TWO_QUESTIONS: Reading(("ask:sleep_tonight", "ask:who_reads")),
    THREE_QUESTIONS: Reading(("ask:sleep_tonight", "ask:who_reads", "ask:hotline_cost")),
    UNKNOWN: Reading(("ask:none",)),
    TIRED: Reading(("feel:tired",)),
    TIME: Reading(("unclear",)),
    CONFUSED: Reading(("unclear",)),
    READ_BACK: Reading(("want:readback",)),
}
