"""Layer, group, instance and root mean square norm; the steps of every norm."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.core.network import Tensor
from netledger.core.operator import Step
from netledger.core.trace import trace
from netledger.ops import load
from tests.ops.helpers import refused, shape, stored, work

MAPS = (2, 6, 4, 5)


def test_a_layer_norm() -> None:
    """48 rows of 5."""
    assert work("layernorm", MAPS) == {
        "add statistics": 2 * (240 - 48),
        "divide statistics": 2 * 48,
        "subtract statistics": 240,
        "multiply statistics": 240,
        "add normalise": 48,
        "reciprocal square root normalise": 48,
        "multiply normalise": 240,
        "multiply affine": 240,
        "add affine": 240,
    }
    assert "add affine" not in work("layernorm", MAPS, bias=False)
    assert "multiply affine" not in work("layernorm", MAPS, affine=False)


def test_rows_of_several_axes() -> None:
    assert stored("layernorm", MAPS, over=3) == {"scale": (6, 4, 5), "shift": (6, 4, 5)}
    assert stored("layernorm", MAPS, over=2, bias=False) == {"scale": (4, 5)}
    assert stored("layernorm", MAPS, affine=False) == {}
    assert work("layernorm", MAPS, over=4)["add normalise"] == 1
    for axes in (0, 5):
        assert f"the last {axes} cannot be normalised" in refused("layernorm", MAPS, over=axes).rule


def test_root_mean_square_norm() -> None:
    assert work("rmsnorm", MAPS) == {
        "multiply statistics": 240,
        "add statistics": 240 - 48,
        "divide statistics": 48,
        "add normalise": 48,
        "reciprocal square root normalise": 48,
        "multiply normalise": 240,
        "multiply affine": 240,
    }
    assert stored("rmsnorm", MAPS, over=2) == {"scale": (4, 5)}
    assert stored("rmsnorm", MAPS, affine=False) == {}


def test_group_and_instance_norm() -> None:
    assert work("groupnorm", MAPS, groups=3)["divide statistics"] == 2 * 6
    assert work("groupnorm", MAPS, groups=6) == work("instancenorm", MAPS, affine=True)
    assert stored("groupnorm", MAPS, groups=3) == {"scale": (6,), "shift": (6,)}
    assert refused("groupnorm", MAPS, groups=4).rule == "groups must divide the channels"
    assert stored("instancenorm", MAPS) == {}
    assert list(stored("instancenorm", MAPS, affine=True, track=True)) == [
        "scale",
        "shift",
        "running_mean",
        "running_var",
    ]
    assert work("instancenorm", MAPS, track=True, affine=True) == work("batchnorm", MAPS)
    assert shape("instancenorm", MAPS) == MAPS
    assert "further axis" in refused("instancenorm", (2, 6)).rule


def steps(kind: str, **attributes: Any) -> tuple[Step, ...]:
    op, inputs = trace(load(kind)(**attributes), (Tensor(MAPS),))
    return op.steps(inputs, op.infer(inputs))


@pytest.mark.parametrize(
    ("kind", "attributes", "members", "last"),
    [
        ("batchnorm", {}, 2 * 20, "scale and shift"),
        ("batchnorm", {"track": False, "affine": False}, 2 * 20, "normalise"),
        ("layernorm", {"over": 2}, 20, "scale and shift"),
        ("layernorm", {"over": 2, "bias": False}, 20, "scale"),
        ("rmsnorm", {}, 5, "scale"),
        ("rmsnorm", {"affine": False}, 5, "normalise"),
        ("groupnorm", {"groups": 2}, 60, "scale and shift"),
        ("instancenorm", {}, 20, "normalise"),
        ("instancenorm", {"track": True}, 20, "normalise"),
    ],
)
def test_steps_of_the_derivation(kind: str, attributes: dict[str, Any], members: int, last: str) -> None:
    """m comes from the sizes, ε from the attribute."""
    made = steps(kind, eps=0.125, **attributes)
    assert made[0].values["m"].value == members
    assert next(step for step in made if step.name == "normalise").values == {"ε": 0.125}
    assert made[-1].name == last


def test_tracked_statistics_come_from_training() -> None:
    assert steps("batchnorm")[0].name == "mean of a batch in training, kept as a running one"
    assert steps("batchnorm", track=False)[0].name == "mean of the batch"
