"""How attention is performed on values."""

from __future__ import annotations

from math import inf

from netledger.core.performed import (
    Performed,
    Place,
    Stage,
    Values,
    constant,
    reciprocal_root,
    sum_of,
)

__all__ = ["scores", "weighted"]


def scores(
    query: Values, key: Values, batch: Place, scaled: bool, mask: Values | None, causal: bool
) -> tuple[Stage, ...]:
    """Every query with every key; scaled, masked, and without the keys that come later, where asked for."""

    def element(place: Place) -> Performed:
        *head, i, j = place
        q, k = _ahead(query, head, batch), _ahead(key, head, batch)
        return sum_of([query.at((*q, i, f)) * key.at((*k, j, f)) for f in range(query.shape[-1])])

    stages = [Stage("queries times keys", Values.make("s", (*batch, query.shape[-2], key.shape[-2]), element))]
    if scaled:
        factor = constant("(1/√d)", reciprocal_root(constant("d", query.shape[-1])).value)
        stages.append(Stage("scaled", _last(stages).each("t", lambda score, _: score * factor)))
    if mask is not None:
        stages.append(
            Stage("with the mask", _last(stages).each("u", lambda score, place: sum_of((score, mask.aligned(place)))))
        )
    if causal:
        later = constant("−∞", -inf)
        made = _last(stages).each("c", lambda score, place: later if place[-1] > place[-2] else score)
        stages.append(Stage("without the keys that come later", made))
    return tuple(stages)


def weighted(weights: Values, value: Values, batch: Place) -> Stage:
    """The values, weighted and added up."""

    def element(place: Place) -> Performed:
        *head, i, f = place
        w, v = _ahead(weights, head, batch), _ahead(value, head, batch)
        return sum_of([weights.at((*w, i, j)) * value.at((*v, j, f)) for j in range(value.shape[-2])])

    return Stage("values, weighted", Values.make("y", (*batch, weights.shape[-2], value.shape[-1]), element))


def _last(stages: list[Stage]) -> Values:
    return stages[-1].made.known()


def _ahead(values: Values, head: list[int], batch: Place) -> Place:
    """Where a matrix stands that serves this head: broadcast, or shared by several heads of queries."""
    own = values.shape[:-2]
    shift = len(batch) - len(own)
    pairs = zip(own, batch[shift:], head[shift:], strict=True)
    return tuple(index * size // whole for size, whole, index in pairs)
