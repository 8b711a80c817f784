"""Parameters of attention, recurrences and embeddings against torch.nn, and products against FlopCounterMode."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from netledger.conventions import load as convention
from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import amount, entry_of
from tests.laws.makers.recurrence import STATES
from tests.laws.strategies import Case, cases
from tests.outside import torch_operators
from tests.outside.shapes import SMALL

SHORT = settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
MACS = convention("macs")


def products(run: Any) -> int:
    """What FlopCounterMode counts, halved: two operations per product."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run()
    return counter.get_total_flops() // 2


def meta(*shape: int) -> torch.Tensor:
    return torch.empty(shape, device="meta")


def held(module: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(part.shape) for name, part in module.named_parameters()}


def ours(case: Case) -> dict[str, tuple[int, ...]]:
    return dict(case[0].parameters(case[1]))


@SHORT
@given(cases("matmul"))
def test_matmul(case: Case) -> None:
    """FlopCounterMode does not see products of vectors."""
    if min(len(part.shape) for part in case[1]) < 2:
        return
    assert amount(MACS, case) == products(lambda: torch.matmul(*(meta(*part.shape) for part in case[1])))


@SHORT
@given(cases("attention"))
def test_attention(case: Case) -> None:
    """PyTorch's own steps on meta tensors: two products of matrices."""
    query, key, value = (part.shape for part in case[1][:3])
    op: Any = dataclasses.replace(case[0], causal=False)  # type: ignore[type-var]
    if op.grouped or not len(query) == len(key) == len(value) or query[:-2] != key[:-2] or key[:-2] != value[:-2]:
        return
    run = products(lambda: torch_operators.attention(op, meta(*query), meta(*key), meta(*value)))
    assert amount(MACS, case) == run


ROLES = {
    "in_proj_weight": "in_weight",
    "in_proj_bias": "in_bias",
    "out_proj.weight": "out_weight",
    "out_proj.bias": "out_bias",
    "q_proj_weight": "q_weight",
    "k_proj_weight": "k_weight",
    "v_proj_weight": "v_weight",
}


@SHORT
@given(st.data())
def test_multihead_attention(data: st.DataObject) -> None:
    """Its parameters, its shape, its products; kdim and vdim are those of the inputs."""
    flags = {name: data.draw(st.booleans()) for name in ("bias", "bias_kv", "zero_attn")}
    heads, batch, queries, keys = (data.draw(SMALL) for _ in range(4))
    features = heads * data.draw(SMALL)
    kinds = [data.draw(st.sampled_from((features, 3))) for _ in range(2)]
    module = torch.nn.MultiheadAttention(
        features, heads, 0.0, flags["bias"], flags["bias_kv"], flags["zero_attn"], *kinds, batch_first=True,
        device="meta",
    )  # fmt: skip
    shapes = [(batch, queries, features), *((batch, keys, kind) for kind in kinds)]
    case = load("multihead_attention")(heads=heads, **flags), tuple(map(Tensor, shapes))
    assert {ROLES.get(name, name): shape for name, shape in held(module).items()} == ours(case)
    inputs = [meta(*shape) for shape in shapes]
    assert entry_of(case).outputs[0].shape == module(*inputs, need_weights=False)[0].shape
    assert amount(MACS, case) == products(lambda: module(*inputs, need_weights=False))


def test_multihead_attention_computes_what_torch_does() -> None:
    """The parts that the tests put together give what nn.MultiheadAttention gives."""
    torch.manual_seed(0)
    for flags in ({}, {"add_bias_kv": True, "add_zero_attn": True, "kdim": 3, "vdim": 5}):
        module = torch.nn.MultiheadAttention(8, 2, batch_first=True, **flags).double().eval()  # type: ignore[arg-type]
        kinds = (8, flags.get("kdim", 8), flags.get("vdim", 8))
        inputs = [torch.randn(2, length, kind).double() for length, kind in zip((5, 7, 7), kinds, strict=True)]
        mask = torch.randn(5, 7).double()
        op = load("multihead_attention")(heads=2, bias_kv=bool(flags), zero_attn=bool(flags), mask=True)
        weights = {ROLES.get(name, name): part.detach() for name, part in module.named_parameters()}
        expected = module(*inputs, attn_mask=mask, need_weights=False)[0]
        made = torch_operators.multihead_attention(op, weights, *inputs, mask)
        torch.testing.assert_close(made, expected.detach())


def mapped(kind: str, op: Any) -> dict[str, Any]:
    words = {"bias": op.bias}
    return {**words, "nonlinearity": op.activation} if kind == "rnn" else words


@pytest.mark.parametrize("kind", STATES)
@SHORT
@given(data=st.data())
def test_recurrent_layers(kind: str, data: st.DataObject) -> None:
    """Parameters by name, the shape of the sequence and of the states."""
    op, inputs = data.draw(cases(kind).filter(lambda case: case[0].biases == 2))
    options: Any = op
    proj = {"proj_size": options.proj} if getattr(options, "proj", None) else {}
    module = getattr(torch.nn, kind.upper())(
        inputs[0].shape[2], options.hidden, options.layers, batch_first=True, bidirectional=options.bidirectional,
        **mapped(kind, op), **proj,
    ).double()  # fmt: skip
    assert held(module) == ours((op, inputs))
    sequence, last = module(torch.zeros(inputs[0].shape, dtype=torch.float64))
    made = sequence[:, -1] if options.last else sequence
    states = (last if kind == "lstm" else (last,)) if options.states else ()
    assert [part.shape for part in op.infer(inputs)] == [tuple(part.shape) for part in (made, *states)]


@pytest.mark.parametrize("kind", STATES)
@SHORT
@given(data=st.data())
def test_recurrent_cells(kind: str, data: st.DataObject) -> None:
    """Parameters by name, the shapes of the states, the products."""
    op, inputs = case = data.draw(cases(f"{kind}_cell").filter(lambda case: case[0].biases == 2))
    options: Any = op
    name = {"rnn": "RNNCell", "lstm": "LSTMCell", "gru": "GRUCell"}[kind]
    module = getattr(torch.nn, name)(inputs[0].shape[-1], options.hidden, **mapped(kind, op))
    assert held(module) == ours(case)
    after = module(torch.zeros(inputs[0].shape))
    made = after if kind == "lstm" else (after,)
    assert [part.shape for part in op.infer(inputs)] == [tuple(part.shape) for part in made]


@SHORT
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_bilinear(rows: int, left: int, right: int, out: int, bias: bool) -> None:
    """Nn.Bilinear's weight and bias."""
    module = torch.nn.Bilinear(left, right, out, bias)
    case = load("bilinear")(out=out, bias=bias), (Tensor((rows, left)), Tensor((rows, right)))
    assert held(module) == ours(case)
    made = module(torch.zeros(rows, left), torch.zeros(rows, right))
    assert entry_of(case).outputs[0].shape == tuple(made.shape)


def test_a_published_count_of_attention() -> None:
    """SDPA of 12 heads, 64 tokens, 64 features: 12,582,912 FLOPs by FlopCounterMode."""
    inputs = (Tensor((1, 12, 64, 64)),) * 3
    assert amount(convention("flops"), (load("attention")(), inputs)) == 12_582_912
    tensors = [meta(*part.shape) for part in inputs]
    assert 2 * products(lambda: F.scaled_dot_product_attention(*tensors)) == 12_582_912
