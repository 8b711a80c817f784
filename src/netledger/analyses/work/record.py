"""The steps as plain data: every element with its sum and its exact value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netledger.analyses.work.steps import Worked, nested
from netledger.core.decimals import real
from netledger.core.formula import TEXT
from netledger.core.operator import attributes_of
from netledger.core.performed import leaves, shortened

__all__ = ["record"]

SCHEMA = 1


def record(worked: Worked) -> dict[str, Any]:
    """Layer, values, work, output; and every step in `steps`."""
    job = worked.job
    return {
        "schema": SCHEMA,
        "layer": str(job.op),
        "operator": job.op.KIND,
        "attributes": attributes_of(job.op),
        "inputs": {values.sign: nested(values) for values in job.inputs},
        "stored": {role: nested(values) for role, values in job.stored.items()},
        "seed": job.seed if job.seeded else None,
        "seeded": list(job.seeded),
        "work": [[term.action, term.role, term.count] for term in worked.work],
        "output": nested(worked.output),
        "steps": list(_steps(worked)),
    }


def _steps(worked: Worked) -> Iterator[dict[str, Any]]:
    notation = real(TEXT)
    for stage in worked.stages:
        for place, number in zip(stage.made.places(), stage.made.elements, strict=True):
            value: Any = number.value
            yield {
                "stage": stage.name,
                "element": stage.made.name(place),
                "reads": [leaf.name for leaf in leaves(number)],
                "sum": notation.substitution(shortened(number)),
                "value": value if isinstance(value, int) else _finite(float(value)),
                "exact": None if isinstance(value, float) else str(value),
            }


def _finite(value: float) -> float | str:
    """JSON has no infinity."""
    return str(value) if value in (float("inf"), float("-inf")) else value
