"""Networks put together at random, of PyTorch's own layers and functions: counted, against what eager PyTorch does.

Shapes of what every module answers, parameters, and what FlopCounterMode counts on meta tensors; the same ledger on the
CPU and on meta, in training and not.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import netledger as nl

RUN = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
Draw = Callable[[Any], Any]


class Apply(nn.Module):
    """A function, with the layers that it uses."""

    def __init__(self, function: Callable[..., Any], *parts: nn.Module) -> None:
        super().__init__()
        self.function = function
        self.parts = nn.ModuleList(parts)

    def forward(self, x: torch.Tensor) -> Any:
        return self.function(x, *self.parts)


def shape_of(layer: nn.Module, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """What eager PyTorch makes of it; None if it refuses."""
    try:
        with torch.no_grad():
            made = layer.to("meta").eval()(torch.empty(shape, device="meta"))
    except (RuntimeError, ValueError, AssertionError, NotImplementedError, IndexError, TypeError):
        return None
    return tuple(made.shape) if isinstance(made, torch.Tensor) and 0 < made.numel() < 2**15 else None


# What may come next, after a feature map (N, C, spatial) of any rank.


def conv(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    rank, channels = len(shape) - 2, shape[1]
    groups = draw(st.sampled_from([g for g in (1, 2, channels) if channels % g == 0]))
    kernel = tuple(draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank)))
    same = draw(st.booleans())
    stride = 1 if same else tuple(draw(st.lists(st.integers(1, 2), min_size=rank, max_size=rank)))
    padding: Any = draw(st.sampled_from(["same", "valid"])) if same else draw(st.integers(0, 2))
    mode = draw(st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"]))
    made: nn.Module = getattr(nn, f"Conv{rank}d")(
        *(channels, groups * draw(st.integers(1, 3)), kernel, stride, padding, draw(st.integers(1, 2)), groups),
        bias=draw(st.booleans()),
        padding_mode=mode,
    )
    return made


def transposed(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    rank, channels = len(shape) - 2, shape[1]
    groups = draw(st.sampled_from([g for g in (1, 2) if channels % g == 0]))
    stride = draw(st.integers(1, 2))
    made: nn.Module = getattr(nn, f"ConvTranspose{rank}d")(
        *(channels, groups * draw(st.integers(1, 2)), draw(st.integers(1, 3)), stride, draw(st.integers(0, 1))),
        output_padding=draw(st.integers(0, stride - 1)),
        groups=groups,
        dilation=draw(st.integers(1, 2)) if stride == 1 else 1,
        bias=draw(st.booleans()),
    )
    return made


def pool(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    rank = len(shape) - 2
    kernel, stride, up = draw(st.integers(1, 3)), draw(st.sampled_from([None, 1, 2, 3])), draw(st.booleans())
    kind = draw(st.sampled_from(["Max", "Avg", "LP", "AdaptiveAvg", "AdaptiveMax"]))
    cls = getattr(nn, f"{kind}Pool{rank}d")
    if kind == "Max":
        return cls(kernel, stride, draw(st.integers(0, kernel // 2)), draw(st.integers(1, 2)), ceil_mode=up)  # type: ignore[no-any-return]
    if kind == "Avg":
        return cls(kernel, stride, draw(st.integers(0, kernel // 2)), up, draw(st.booleans()))  # type: ignore[no-any-return]
    if kind == "LP":
        return cls(2, kernel, stride, up)  # type: ignore[no-any-return]
    sizes = draw(st.one_of(st.integers(1, 4), st.tuples(*[st.one_of(st.none(), st.integers(1, 4))] * rank)))
    return cls(sizes)  # type: ignore[no-any-return]


def norm(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    rank, channels = len(shape) - 2, shape[1]
    affine, track = draw(st.booleans()), draw(st.booleans())
    return draw(  # type: ignore[no-any-return]
        st.sampled_from(
            [
                getattr(nn, f"BatchNorm{rank}d")(channels, affine=affine, track_running_stats=track),
                getattr(nn, f"InstanceNorm{rank}d")(channels, affine=affine, track_running_stats=track),
                nn.GroupNorm(1, channels, affine=affine),
                nn.GroupNorm(channels, channels, affine=affine),
                nn.LayerNorm(shape[-1], elementwise_affine=affine, bias=track),
                nn.LayerNorm(shape[1:], elementwise_affine=affine),
                nn.RMSNorm(shape[-1:], elementwise_affine=affine),
                nn.LocalResponseNorm(2),
            ]
        )
    )


_ACTIVATIONS = [
    *(nn.ReLU, nn.SiLU, nn.GELU, nn.Sigmoid, nn.Tanh, nn.ELU, nn.SELU, nn.CELU, nn.LeakyReLU, nn.Hardswish),
    *(nn.Hardsigmoid, nn.Hardtanh, nn.Mish, nn.Softplus, nn.Softsign, nn.Softshrink, nn.Hardshrink, nn.Tanhshrink),
    *(nn.LogSigmoid, nn.PReLU, nn.RReLU, nn.Dropout, nn.AlphaDropout, nn.Identity),
]


def activation(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    return draw(st.sampled_from(_ACTIVATIONS))()  # type: ignore[no-any-return]


_SHAPED: list[Callable[[Any], Any]] = [
    lambda x: x.transpose(1, -1),
    lambda x: x.permute(0, *reversed(range(1, x.dim()))),
    lambda x: torch.cat([x, x.flip(-1)], 1),
    lambda x: torch.stack([x, x * 2], 1).flatten(1, 2),
    lambda x: torch.cat(x.chunk(2, 1)[::-1], 1),
    lambda x: sum(x.split(1, dim=1)),
    lambda x: x[:, :1] + x,
    lambda x: x[:, ::2].contiguous(),
    lambda x: x[..., torch.arange(x.shape[-1]) % 2],
    lambda x: x - x.mean(-1, keepdim=True),
    lambda x: x / (1 + x.std(dim=1, keepdim=True, unbiased=False)),
    lambda x: x.softmax(1) * x,
    lambda x: F.pad(x, (1, 0)),
    lambda x: F.pad(x, (1, -1), value=2.0),
    lambda x: F.interpolate(x, scale_factor=2) if x.dim() > 2 else x,
    lambda x: F.interpolate(x, size=(3,) * (x.dim() - 2), mode="area") if x.dim() > 2 else x,
    lambda x: F.interpolate(x, size=(2, 3), mode="bilinear", align_corners=True) if x.dim() == 4 else x,
    lambda x: torch.einsum("n...,n...->n...", x, x),
    lambda x: torch.einsum("nc...,nd...->ncd...", x, x).sum(2),
    lambda x: x @ x.mT,
    lambda x: torch.matmul(x, torch.ones(x.shape[-1], 3)),
    lambda x: torch.matmul(torch.ones(2, x.shape[-2]), x) if x.dim() > 2 else x,
    lambda x: torch.where(x > 0, x, 0.1 * x),
    lambda x: x.masked_fill(x > 0, 0.0),
    lambda x: x.clone().mul_(2).add_(1),
    lambda x: x.roll(1, -1).repeat_interleave(2, 1),
    lambda x: x.unsqueeze(1).expand(-1, 2, *[-1] * (x.dim() - 1)).reshape(x.shape[0], -1, *x.shape[2:]),
    lambda x: x.amax(1, True) - x.amin(1, keepdim=True) + x.max(1, keepdim=True)[0],
    lambda x: x.cumsum(-1).clamp(-1, 1),
    lambda x: x.gather(1, torch.zeros(x.shape, dtype=torch.int64)),
    lambda x: F.normalize(x, dim=-1),
    lambda x: x.topk(1, 1)[0] * x,
    lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True) if x.dim() > 2 else x,
    lambda x: F.glu(torch.cat([x, x], 1), 1),
    lambda x: F.unfold(x, 2, padding=1) if x.dim() == 4 else x,
    lambda x: F.pixel_unshuffle(x, 1) if x.dim() == 4 else x,
]


def function(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    return Apply(draw(st.sampled_from(_SHAPED)))


def linear(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    return nn.Linear(shape[-1], draw(st.integers(1, 6)), bias=draw(st.booleans()))


def flat(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    return nn.Flatten(draw(st.integers(1, len(shape) - 1)))


def residual(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    inner = chain(draw, shape, 2, ends=shape)
    return Apply(lambda x, part: x + part(x), inner)


def branches(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    parts = [chain(draw, shape, 1) for _ in range(2)]
    return Apply(lambda x, *parts: torch.cat([part(x).flatten(1) for part in parts], 1), *parts)


def shared(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    """One layer used twice, in two places of the tree."""
    layer = nn.Linear(shape[-1], shape[-1])
    return nn.Sequential(layer, nn.ReLU(inplace=draw(st.booleans())), layer)


def sequence(draw: Draw, shape: tuple[int, ...]) -> nn.Module:
    """Layers of (batch, steps, features)."""
    width = shape[-1]
    first = draw(st.booleans())
    kind = draw(st.sampled_from(["rnn", "mha", "encoder", "self"]))
    if kind == "rnn":
        cls = draw(st.sampled_from([nn.LSTM, nn.GRU, nn.RNN]))
        more = {"proj_size": 1} if cls is nn.LSTM and draw(st.booleans()) else {}
        layer = cls(
            *(width, draw(st.integers(2, 4))),
            num_layers=draw(st.integers(1, 2)),
            bias=draw(st.booleans()),
            batch_first=first,
            bidirectional=draw(st.booleans()),
            **more,
        )
        return Apply(lambda x, layer: layer(x)[0], layer)
    heads = 2 if width % 2 == 0 else 1
    if kind == "encoder":
        return nn.TransformerEncoderLayer(width, heads, 2 * width, batch_first=first, norm_first=draw(st.booleans()))
    layer = nn.MultiheadAttention(width, heads, bias=draw(st.booleans()), batch_first=first)
    weights = kind == "self"
    return Apply(lambda x, layer: layer(x, x, x, need_weights=weights)[0], layer)


def chain(draw: Draw, shape: tuple[int, ...], length: int, ends: tuple[int, ...] | None = None) -> nn.Sequential:
    """Layers one after the other, each of which takes what the one before makes."""
    layers: list[nn.Module] = []
    start = shape
    for _ in range(length):
        makers = [activation, function, linear, shared]
        makers += [conv, conv, transposed, pool, norm, norm] if len(shape) in (3, 4, 5) else [flat]
        makers += [sequence, sequence] if len(shape) == 3 else []
        makers += [flat, residual, branches] if length > 2 else []
        layer = draw(st.sampled_from(makers))(draw, shape)
        made = shape_of(layer, shape)
        if made is not None:
            layers.append(layer)
            shape = made
    if ends is not None and shape != ends:
        layers, shape = [], start
    return nn.Sequential(*layers)


@st.composite
def networks(draw: Any) -> tuple[nn.Module, tuple[int, ...]]:
    rank = draw(st.integers(2, 5))
    shape = tuple(draw(st.lists(st.integers(2, 6), min_size=rank, max_size=rank)))
    model = chain(draw, shape, draw(st.integers(3, 6)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.to_empty(device="cpu")
        for part in (*model.parameters(), *model.buffers()):
            part.data.zero_()
    return model, shape


def eager(model: nn.Module, given_: torch.Tensor) -> list[Any]:
    """What every call of a module answers, in the order in which the calls begin."""
    found: list[Any] = []
    hooks = []
    for path, module in model.named_modules():
        stack: list[int] = []

        def before(_: Any, __: Any, path: str = path, stack: list[int] = stack) -> None:
            stack.append(len(found))
            found.append((path, None))

        def after(_: Any, __: Any, out: Any, path: str = path, stack: list[int] = stack) -> None:
            found[stack.pop()] = (path, shapes(out))

        hooks += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
    try:
        with torch.no_grad():
            model(given_)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def shapes(value: Any) -> list[tuple[int, ...]]:
    if isinstance(value, torch.Tensor):
        return [tuple(value.shape)]
    return [shape for part in value for shape in shapes(part)] if isinstance(value, (tuple, list)) else []


def facts(ledger: nl.Ledger) -> list[Any]:
    return [(entry.name, entry.op, entry.inputs, entry.outputs, entry.work, entry.parameters) for entry in ledger]


def vectors(ledger: nl.Ledger) -> int:
    """Products of a matrix and a vector: no kernel that FlopCounterMode knows."""
    return sum(
        entry.total("flops")
        for entry in ledger
        if entry.op in ("matmul", "linear") and min(map(len, entry.inputs)) == 1
    )


@pytest.mark.filterwarnings("ignore")
@RUN
@given(networks())
def test_a_network(drawn: tuple[nn.Module, tuple[int, ...]]) -> None:
    """Every module's shapes, the parameters and the FLOPs are PyTorch's; device and mode change nothing."""
    model, shape = drawn
    x = torch.zeros(shape)
    ledgers = {}
    for training in (False, True):
        model.train(training)
        try:
            expected = eager(model, x)
        except ValueError as error:  # batch norm refuses to train with one value for each channel
            assert "Expected more than 1" in str(error)  # noqa: PT017
            continue
        ledger = nl.count(model, x)
        network = ledger.network
        assert network is not None
        called = [
            (call.path, [network.tensors[number].shape for number in call.outputs])
            for call in network.calls
            if call.module
        ]
        assert called == expected
        assert ledger.complete, ledger.gaps
        assert ledger.parameters == sum(part.numel() for part in model.parameters())
        ledgers["train" if training else "eval"] = ledger
    if not ledgers:
        return
    ledger = next(iter(ledgers.values()))
    for other in ledgers.values():
        assert facts(other) == facts(ledger)
    model.to("meta").eval()
    assert facts(nl.count(model.train("eval" not in ledgers), x.to("meta"))) == facts(ledger)
    if any(isinstance(part, (nn.RNNBase, nn.TransformerEncoderLayer)) for part in model.modules()):
        return  # recurrences and the fused encoder are kernels that FlopCounterMode does not know
    with FlopCounterMode(display=False) as counter, torch.device("meta"), torch.no_grad():
        model(x.to("meta"))
    assert ledger.total("flops") - vectors(ledger) == counter.get_total_flops()


def test_relu6_is_the_same_however_it_is_reached() -> None:
    layer = nn.Sequential(nn.ReLU6())
    assert facts(nl.count(layer, torch.zeros(2, 3))) == facts(nl.count(layer, (2, 3)))


class Restless(nn.Module):
    """It keeps something of its input in a tensor of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = torch.zeros(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen = self.seen + 1
        return x * self.seen


def test_a_tensor_that_forward_replaces_is_put_back() -> None:
    model = Restless()
    before = model.seen
    nl.count(model, (2, 3))
    assert model.seen is before


def test_functional_call_of_a_module_leaves_it_alone() -> None:
    layer = nn.Linear(3, 3)
    weight = layer.weight
    nl.count(lambda x: torch.func.functional_call(layer, {"weight": torch.ones(3, 3)}, (x,)), (2, 3))
    assert layer.weight is weight


def test_a_layer_made_within_forward() -> None:
    assert nl.count(lambda x: nn.Linear(3, 5)(x), (2, 3)).total("flops") == 60


def test_a_thread_is_seen_or_refused() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def model(x: torch.Tensor) -> torch.Tensor:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(torch.matmul, x, torch.ones(3, 5)).result()

    try:
        ledger = nl.count(model, (2, 3))
    except nl.NetledgerError:
        return
    assert ledger.total("flops") == 60 or not ledger.complete


def test_a_decision_by_a_counter() -> None:
    class Counting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("turn", torch.tensor(0))
            self.layer = nn.Linear(3, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.turn += 1
            return self.layer(x) if self.turn.item() > 0 else x

    assert nl.count(Counting(), (2, 3)).total("flops") == 36


def test_the_default_element_type_may_change() -> None:
    def model(x: torch.Tensor) -> Any:
        first = x.long().exp()
        torch.set_default_dtype(torch.float64)
        try:
            return first, x.long().exp()
        finally:
            torch.set_default_dtype(torch.float32)

    network = nl.count(model, (2, 3)).network
    assert network is not None
    assert [network.tensors[number].dtype for number in network.outputs] == ["float32", "float64"]


def test_what_forward_keeps_is_gone_for_the_next_count() -> None:
    class Keeping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.seen: dict[str, list[torch.Tensor]] = {"all": []}

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.seen["all"].append(x)
            return torch.cat(self.seen["all"]) @ torch.ones(3, 3)

    model = Keeping()
    assert [nl.count(model, (2, 3)).total("flops") for _ in range(2)] == [36, 36]


def test_a_view_sees_what_is_written_to_the_whole() -> None:
    def model(x: torch.Tensor) -> torch.Tensor:
        whole = torch.zeros(3)
        part = whole[0]
        whole.fill_(2)
        return x.expand(int(part.item()) + 1, 2, 3)

    assert nl.count(model, (2, 3))[-1].outputs == ((3, 2, 3),)


def test_a_parameter_written_to_through_numpy() -> None:
    layer = nn.Linear(3, 3)
    before = layer.weight.detach().clone()

    def zeroed(x: torch.Tensor, layer: nn.Module) -> torch.Tensor:
        layer.weight.detach().numpy()[:] = 0
        return x

    nl.count(Apply(zeroed, layer), (2, 3))
    assert torch.equal(layer.weight, before)
