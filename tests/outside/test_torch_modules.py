"""Parameters against torch.nn's own modules, and products against torch's FlopCounterMode."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from netledger.conventions import load as convention
from netledger.core.ledger import Entry
from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import amount, entry_of
from tests.laws.strategies import cases
from tests.outside.shapes import RUN, SMALL

ROLES = {"scale": "weight", "shift": "bias"}
"""What torch calls our roles, where the names differ."""


def stored(entry: Entry, *, buffers: bool) -> dict[str, tuple[int, ...]]:
    """Our parameters or buffers, under torch's names."""
    return {ROLES.get(part.role, part.role): part.shape for part in entry.parameters if part.buffer is buffers}


def shapes(tensors: Any) -> dict[str, tuple[int, ...]]:
    """Names and shapes of what a module holds; the scalar counter of batches is bookkeeping."""
    return {name: tuple(tensor.shape) for name, tensor in tensors if name != "num_batches_tracked"}


def assert_holds_what(module: torch.nn.Module, entry: Entry) -> None:
    """The entry's parameters and buffers are the module's, by role, shape and number."""
    assert stored(entry, buffers=False) == shapes(module.named_parameters())
    assert stored(entry, buffers=True) == shapes(module.named_buffers())
    counts = entry.parameter_counts
    assert counts.total == counts.trainable == sum(part.numel() for part in module.parameters())
    assert counts.total == counts.weights + counts.biases
    assert counts.buffers == sum(part.numel() for name, part in module.named_buffers() if "num_batches" not in name)


def conv_module(op: Any, tensor: Tensor) -> torch.nn.Module:
    """The module of torch for a convolution (without padding: that is F.pad's business)."""
    axes = len(tensor.shape) - 2
    made: torch.nn.Module = getattr(torch.nn, f"Conv{axes}d")(
        *(tensor.shape[1], op.out, op.kernel, op.stride, 0, op.dilation, op.groups, op.bias), device="meta"
    )
    return made


@RUN
@given(cases("conv"))
def test_convolution(case: Any) -> None:
    """Conv1d to Conv3d hold a weight (C_out, C_in / G, K …) and perhaps a bias."""
    op, (tensor,) = case
    assert_holds_what(conv_module(op, tensor), entry_of(case))


@RUN
@given(cases("linear"))
def test_linear(case: Any) -> None:
    """nn.Linear holds a weight (F_out, F_in) and perhaps a bias; in_out is the transpose."""
    op, (tensor,) = case
    twin = load("linear")(op.out, op.bias)
    assert_holds_what(torch.nn.Linear(tensor.shape[-1], op.out, op.bias, device="meta"), entry_of((twin, (tensor,))))
    assert entry_of(case).parameter_counts == entry_of((twin, (tensor,))).parameter_counts
    weight = twin.parameters((tensor,))["weight"]
    assert op.parameters((tensor,))["weight"] == (weight if op.layout == "out_in" else weight[::-1])


@RUN
@given(cases("batchnorm").filter(lambda case: not case[0].affine or (case[0].scale and case[0].shift)))
def test_batch_norm(case: Any) -> None:
    """BatchNorm1d to BatchNorm3d hold scale and shift if affine, running mean and variance if tracked."""
    op, (tensor,) = case
    name = f"BatchNorm{max(1, len(tensor.shape) - 2)}d"
    module = getattr(torch.nn, name)(tensor.shape[1], affine=op.affine, track_running_stats=op.track, device="meta")
    assert_holds_what(module, entry_of(case))


def test_modules_without_parameters_hold_none() -> None:
    for kind, module in {"maxpool": torch.nn.MaxPool2d(2), "lrn": torch.nn.LocalResponseNorm(2)}.items():
        op = load(kind)(2)
        assert_holds_what(module, entry_of((op, (Tensor((1, 4, 8, 8)),))))


def measured(module: torch.nn.Module, shape: tuple[int, ...]) -> int:
    """What FlopCounterMode counts for one call on a meta tensor."""
    with FlopCounterMode(display=False) as mode:
        module(torch.empty(shape, device="meta"))
    return int(mode.get_total_flops())


@RUN
@given(cases("conv"))
def test_products_of_a_convolution(case: Any) -> None:
    """FlopCounterMode counts two per product: our `flops`, and half of it is our `macs`."""
    op, (tensor,) = case
    spatial = tensor.shape[2:]
    windows = op.windows(spatial)
    pads = [(0, 0) if isinstance(w.pads, str) else w.pads for w in windows]
    padded = tuple(size + sum(pad) for size, pad in zip(spatial, pads, strict=True))
    plain = load("conv")(op.out, op.kernel, op.stride, 0, op.dilation, op.groups, op.bias)
    given_ = Tensor((*tensor.shape[:2], *map(max, padded, (w.span for w in windows))))
    flops = measured(conv_module(plain, given_), given_.shape)
    assert amount(convention("macs"), (plain, (given_,))) * 2 == flops
    assert amount(convention("flops"), (plain, (given_,))) == flops


@RUN
@given(st.lists(SMALL, min_size=2, max_size=4).map(tuple), SMALL, st.booleans())
def test_products_of_a_linear_layer(shape: tuple[int, ...], out: int, bias: bool) -> None:
    """FlopCounterMode counts two per product, over all leading axes."""
    flops = measured(torch.nn.Linear(shape[-1], out, bias, device="meta"), shape)
    assert amount(convention("flops"), (load("linear")(out, bias), (Tensor(shape),))) == flops


@pytest.mark.parametrize("padding", [0, 2, "same"])
def test_products_on_padding_are_counted(padding: Any) -> None:
    """Windows are counted whole, by FlopCounterMode and by us."""
    module = torch.nn.Conv2d(3, 8, 3, padding=padding, device="meta")
    case = load("conv")(8, 3, padding=padding), (Tensor((2, 3, 9, 7)),)
    assert amount(convention("flops"), case) == measured(module, (2, 3, 9, 7))
