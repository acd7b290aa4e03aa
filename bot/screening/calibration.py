"""The choice of everything that is chosen on validation rows: temperatures, the weight of phrases, the working point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.language.classes import CLASSES, INDICATORS, TRIAGES
from bot.messages import Indicator, Triage
from bot.screening.concepts import CALMING, PRESENT_DANGER, Concepts
from bot.screening.heads import Heads, Likelihoods, Matrix
from bot.screening.rows import GROUPS, Row, is_strange
from bot.screening.second_opinion import NO_OPINION, OF_SPEAKER, OF_TOPIC
from bot.screening.triage import WorkingPoint, joined, label_opinions, opinions, sign_opinions, weighed_labels, weighed_signs
from bot.screening.urgency import AlarmExample, alarm_opinions, weighed_alarms

# False alarms allowed among calm validation rows, by group of languages: a third or less of what the targets allow, as new writers
# surprise. What other shares come to: docs/screening.md.
ALLOWED_FALSE_ALARMS: Final = dict(zip(GROUPS.values(), (0.01, 0.01, 0.01), strict=True))
MAX_FALSE_ALARMS: Final = 0.01  # of languages that are in no group, and where there are too few rows to choose by group
_ENOUGH_CALM: Final = 100  # rows of a group, to choose a threshold for it
_TEMPERATURES = np.exp(np.linspace(-0.7, 1.4, 43))
_WEIGHTS = (0.5, 1.0, 1.5, 2.0, 3.0)
_HEAVIEST_CALM = 1.0  # "nobody took my passport, but he beats me": a phrase must not talk a victim away
_FOLDS = 5
_WORTH_IT = 0.0015  # what a sort of phrases must add to the sum of recalls and F1 to count at all
_SUICIDE = INDICATORS.index(Indicator.SUICIDE_RISK.value)
Flags = NDArray[np.bool_]


def choose_temperatures(rows: Sequence[Row], standard: Matrix, heads: Heads) -> dict[str, float]:
    """Return for each head the temperature at which its likelihoods fit the rows best (least negative log-likelihood)."""
    found = {}
    for name, weight in heads.weights.items():
        if name == "language":
            continue  # its likelihoods are read before the rest, with a temperature of their own
        logits = standard @ weight.T + heads.biases[name]
        if name == "indicators":
            truth = _indicator_flags(rows)
            losses = [float(np.logaddexp(0, np.where(truth, -logits, logits) / t).mean()) for t in _TEMPERATURES]
        else:
            gold = np.array([CLASSES[name].index(_label(row, name)) for row in rows])
            losses = [_cross_entropy(logits / t, gold) for t in _TEMPERATURES]
        found[name] = float(_TEMPERATURES[int(np.argmin(losses))])
    return found


def choose_labels(
    rows: Sequence[Row], told: Sequence[Likelihoods], second: Sequence[Matrix]
) -> tuple[tuple[float, ...], tuple[float, ...], list[Likelihoods]]:
    """Return how heads and second opinion are weighed for the topic and for the speaker, and likelihoods weighed so.

    The three weights of each are those at which the rows are likeliest; so few are alike whichever fifth of the rows they have not seen.
    """
    if not rows:
        return (), (), list(told)
    topics = _likeliest(
        [label_opinions(item.topic, one[:, OF_TOPIC]) for item, one in zip(told, second, strict=True)], rows, "topic"
    )
    speakers = _likeliest(
        [label_opinions(item.speaker, one[:, OF_SPEAKER]) for item, one in zip(told, second, strict=True)], rows, "speaker"
    )
    weighed = [weighed_labels(item, one, topics=topics, speakers=speakers) for item, one in zip(told, second, strict=True)]
    return topics, speakers, weighed


def _likeliest(said: Sequence[Matrix], rows: Sequence[Row], name: str) -> tuple[float, ...]:
    from scipy.optimize import minimize  # noqa: PLC0415 - training only

    on_rows = np.stack(said, axis=1)
    gold = np.array([CLASSES[name].index(_label(row, name)) for row in rows])
    equal = np.full(len(on_rows), 1 / len(on_rows))
    found = minimize(lambda weights: _cross_entropy(np.asarray(np.tensordot(weights, on_rows, 1)), gold), equal)
    return tuple(map(float, found.x))


def choose_joint(
    rows: Sequence[Row], told: Sequence[Likelihoods], second: Sequence[Matrix] = ()
) -> tuple[tuple[float, ...], list[Likelihoods]]:
    """Return how the opinions on a handoff are weighed, and the likelihoods joined by weights that had not seen the row.

    Medium rows are left out: they are neither a handoff nor a false alarm.
    """
    second = second or [NO_OPINION] * len(rows)
    features = np.stack([opinions(item, one) for item, one in zip(told, second, strict=True)])
    person = np.array([row.triage.needs_person for row in rows])
    clear = np.array([row.triage is not Triage.MEDIUM for row in rows])
    if min(person[clear].sum(), (~person[clear]).sum()) < _FOLDS * 2:
        return (), list(told)

    def fit(learned: Flags) -> tuple[float, ...]:
        return _fit(features[learned & clear], person[learned & clear])

    return _chosen(len(rows), fit, lambda place, weights: joined(told[place], weights, second[place]))


def choose_signs(
    rows: Sequence[Row], told: Sequence[Likelihoods], loudest: Sequence[Matrix], second: Sequence[Matrix] = ()
) -> tuple[tuple[float, ...], list[Likelihoods]]:
    """Return how the opinions on the indicators are weighed, and likelihoods weighed by what had not seen the row."""
    flags = _indicator_flags(rows)
    if flags.sum() < _FOLDS * len(INDICATORS):
        return (), list(told)
    second = second or [NO_OPINION] * len(rows)
    features = np.stack([_sign_features(*each) for each in zip(told, loudest, second, strict=True)])
    return _chosen(
        len(rows),
        lambda learned: _fit_signs(features[learned], flags[learned]),
        lambda place, signs: weighed_signs(told[place], loudest[place], signs, second[place]),
    )


def _sign_features(likelihoods: Likelihoods, loudest: Matrix, second: Matrix) -> Matrix:
    """Return one line for each indicator: all opinions on it, and which indicator it is."""
    return np.hstack([sign_opinions(likelihoods, loudest, second).T, np.eye(len(INDICATORS), dtype=np.float32)])


def _fit_signs(features: Matrix, flags: Flags) -> tuple[float, ...]:
    *weights, bias = _fit(features.reshape(-1, features.shape[-1]), flags.ravel())
    shared = len(weights) - len(INDICATORS)
    return (*weights[:shared], *(weight + bias for weight in weights[shared:]))


def _chosen[Weights](
    count: int, fit: Callable[[Flags], Weights], weighed: Callable[[int, Weights], Likelihoods]
) -> tuple[Weights, list[Likelihoods]]:
    """Return weights fitted on all rows, and the likelihoods of each row weighed by what was fitted on the folds without it."""
    fold = np.arange(count) % _FOLDS
    without = [fit(fold != number) for number in range(_FOLDS)]
    return fit(np.ones(count, dtype=np.bool_)), [weighed(place, without[number]) for place, number in enumerate(fold)]


def _fit(features: Matrix, person: Flags) -> tuple[float, ...]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only

    model = LogisticRegression(solver="newton-cg").fit(features, person)
    return (*map(float, model.coef_[0]), float(model.intercept_[0]))


def choose_alarms(
    rows: Sequence[Row], told: Sequence[Likelihoods], loudest: Sequence[Matrix], heard: Sequence[Matrix]
) -> tuple[tuple[float, ...], tuple[float, ...], list[Likelihoods]]:
    """Return how opinions on an emergency and on a wish to die are weighed, and likelihoods by weights that had not seen the row.

    `heard` is the second opinion on what is urgent in each row.
    """
    truths = [
        np.array([row.triage is Triage.EMERGENCY for row in rows]),
        np.array([Indicator.SUICIDE_RISK in row.indicators for row in rows]),
    ]
    if min(truth.sum() for truth in truths) < _FOLDS * 2:
        return (), (), list(told)
    features = np.stack([alarm_opinions(*each) for each in zip(told, loudest, heard, strict=True)])
    (urgent, dying), unseen = _chosen(
        len(rows),
        lambda learned: [_fit(features[learned], truth[learned]) for truth in truths],
        lambda place, weights: weighed_alarms(told[place], features[place], *weights),
    )
    return urgent, dying, unseen


def choose_concepts(
    rows: Sequence[Row], told: Sequence[Likelihoods], phrases: Mapping[str, tuple[str, ...]]
) -> tuple[Concepts, list[Likelihoods]]:
    """Return the phrases with weights that help on these rows, and the likelihoods with them weighed in.

    One sort after the other; each keeps the weight at which the rows come out best, zero unless it is worth it.
    """
    concepts = Concepts(phrases, {})
    sorts = [concepts.found(row.text) for row in rows]
    weighed = list(told)
    reached = _worth(rows, weighed)
    for sort in (PRESENT_DANGER, *CALMING, *(name for name in phrases if name.startswith("signs."))):
        if not any(sort in found for found in sorts):
            continue
        best = (reached + _WORTH_IT, 0.0, weighed)
        for weight in _WEIGHTS:
            if sort in CALMING and weight > _HEAVIEST_CALM:
                break
            trial = replace(concepts, weights={sort: weight})
            changed = [trial.weighed([sort] if sort in found else [], item) for found, item in zip(sorts, weighed, strict=True)]
            worth = _worth(rows, changed)
            if worth > best[0]:
                best = (worth, weight, changed)
        if best[1]:
            reached, weighed = best[0], best[2]
            concepts = replace(concepts, weights={**concepts.weights, sort: best[1]})
    return concepts, weighed


def choose_working_point(
    rows: Sequence[Row],
    told: Sequence[Likelihoods],
    weights: WorkingPoint,
    *,
    talks: Sequence[AlarmExample] = (),
    told_in_talks: Sequence[Likelihoods] = (),
) -> WorkingPoint:
    """Return `weights` with the thresholds that find the most handoffs while false alarms stay under what is allowed.

    The handoff's are chosen on the rows of strangers where there are any: those who wrote the training rows write like them. What is an
    emergency is chosen on the turns of conversations as well: rows are written to say something, most of what people write is not.
    """
    if not rows:
        return weights
    handoff, emergency, need, _ = _handoffs(rows, told)
    strange = np.array([is_strange(row) for row in rows])
    asked = strange if strange.any() else np.full(len(rows), fill_value=True)
    calm_rows = asked & np.array([row.triage is Triage.NONE for row in rows])
    tau = _threshold_for(handoff[calm_rows], MAX_FALSE_ALARMS)
    in_languages: dict[str, float] = {}
    for languages, allowed in ALLOWED_FALSE_ALARMS.items():
        group = calm_rows & np.array([row.language in languages for row in rows])
        if group.sum() >= _ENOUGH_CALM:
            # Five or six rows decide a group's own threshold; where those of all languages ask for a higher one, they are believed.
            own, shared = (_threshold_for(handoff[chosen], allowed) for chosen in (group, calm_rows))
            in_languages |= dict.fromkeys(languages, max(own, shared))
    said_in = [*(row.language for row in rows), *(turn.language for turn in talks)]
    bars = np.array([in_languages.get(language, tau) for language in said_in])
    handed_over = np.array([item.handoff for item in (*told, *told_in_talks)]) >= bars
    shares = np.where(handed_over, np.r_[emergency, _shares(told_in_talks)], 0.0)
    alarms = np.r_[need, np.array([turn.alarms for turn in talks], dtype=np.bool_)]
    # Who is in danger now and only waits for a consultant may not have the time: one that is missed weighs more than one too many.
    share = best_threshold(shares, alarms, beta=2.0, default=0.5)
    flags = _indicator_flags(rows)
    values = np.stack([item.indicators for item in told])
    indicator = best_threshold(values.ravel(), flags.ravel(), beta=1.0, default=0.4)
    # What is missed here mostly stays an emergency; whoever is taken for it is told of the crisis line for nothing.
    suicide = best_threshold(values[:, _SUICIDE], flags[:, _SUICIDE], beta=0.7, default=0.4)
    something = 1 - np.array([item.triage[TRIAGES.index("none")] for item in told])
    calm = handoff < bars[: len(rows)]
    medium = np.array([row.triage is not Triage.NONE for row in rows])
    weak = best_threshold(something[calm], medium[calm], beta=1.0, default=0.5)
    return replace(
        weights, handoff=tau, handoff_in=in_languages, emergency=share, indicator=indicator, suicide=suicide, medium=weak
    )


def best_threshold(values: Matrix, truth: Flags, *, beta: float, default: float) -> float:
    """Return the threshold with the best F-measure; `beta` above 1 weighs recall more."""
    best, best_score = default, -1.0
    for threshold in np.arange(0.1, 0.9, 0.02):
        found = values >= threshold
        hits = float((found & truth).sum())
        if not hits:
            continue
        precision, recall = hits / float(found.sum()), hits / float(truth.sum())
        score = (1 + beta**2) * precision * recall / (beta**2 * precision + recall)
        if score > best_score:
            best, best_score = float(threshold), score
    return round(best, 4)


def _threshold_for(calm: Matrix, share: float) -> float:
    """Return the threshold that lets at most this share of the calm rows' likelihoods through."""
    if not len(calm):
        return 0.5
    allowed = int(np.floor(share * len(calm)))
    return float(np.clip(np.sort(calm)[-allowed - 1] + 1e-4, 0.1, 0.9))


def _worth(rows: Sequence[Row], told: Sequence[Likelihoods]) -> float:
    """Return handoff recall at the allowed false alarms, around it, and the F1 of emergencies and indicators, summed."""
    handoff, emergency, need, person = _handoffs(rows, told)
    calm = np.sort(handoff[np.array([row.triage is Triage.NONE for row in rows])])
    recalls = [float((handoff[person] > calm[-int(rate * len(calm)) - 1]).mean()) for rate in (0.02, 0.03, 0.04, 0.06)]
    values, flags = np.stack([item.indicators for item in told]), _indicator_flags(rows)
    return float(np.mean(recalls)) + _best_f1(emergency[person], need[person]) / 2 + _best_f1(values.ravel(), flags.ravel())


def _best_f1(values: Matrix, truth: Flags) -> float:
    best = 0.0
    for threshold in np.arange(0.1, 0.9, 0.04):
        found = values >= threshold
        best = max(best, 2 * float((found & truth).sum()) / max(float(found.sum() + truth.sum()), 1.0))
    return best


def _handoffs(rows: Sequence[Row], told: Sequence[Likelihoods]) -> tuple[Matrix, Matrix, Flags, Flags]:
    handoff = np.array([item.handoff for item in told], dtype=np.float32)
    share = _shares(told)
    need = np.array([row.triage is Triage.EMERGENCY for row in rows])
    person = np.array([row.triage.needs_person for row in rows])
    return handoff, share, need, person


def _shares(told: Sequence[Likelihoods]) -> Matrix:
    """Return how likely each is an emergency, given that it is a handoff."""
    return np.array([item.triage[TRIAGES.index("emergency")] / max(item.handoff, 1e-6) for item in told], dtype=np.float32)


def _indicator_flags(rows: Sequence[Row]) -> Flags:
    return np.array([[indicator in row.indicators for indicator in INDICATORS] for row in rows])


def _label(row: Row, name: str) -> str:
    return {"topic": row.topic, "triage": row.triage.value, "speaker": row.speaker.value, "language": row.language}[name]


def _cross_entropy(logits: NDArray[np.floating], gold: NDArray[np.int64]) -> float:
    shifted = logits - logits.max(1, keepdims=True)
    chosen = shifted[np.arange(len(gold)), gold]
    return float((np.log(np.exp(shifted).sum(1)) - chosen).mean())
