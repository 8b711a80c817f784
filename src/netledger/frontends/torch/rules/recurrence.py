"""Recurrent layers and cells."""

from __future__ import annotations

from typing import Any

import torch

from netledger.frontends.torch.rules._registry import load, rule

_NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")


def _roles(params: Any, layers: int, ways: int, biased: bool, projected: bool) -> dict[str, Any]:
    """The stored tensors by role, in PyTorch's order."""
    names = [name for name in _NAMES if (biased or "bias" not in name) and (projected or name != "weight_hr")]
    order = (f"{name}_l{layer}{way}" for layer in range(layers) for way in ("", "_reverse")[:ways] for name in names)
    return dict(zip(order, params, strict=True))


def _run(trace: Any, kind: str, args: Any, **attributes: Any) -> Any:
    """A recurrent layer, its sequence first made batch first."""
    if isinstance(args[3], (tuple, list)):
        return _packed(trace, kind, args, attributes)
    input, hx, params, biased, layers, _, _, bidirectional, *rest = args
    batch_first = bool(rest[0]) if rest else False
    states = tuple(hx) if isinstance(hx, (tuple, list)) else (hx,)
    hidden = trace.kind_of(states[-1]).shape[-1]
    projected = kind == "lstm" and trace.kind_of(states[0]).shape[-1] != hidden
    if projected:
        attributes["proj"] = trace.kind_of(states[0]).shape[-1]
    op = load(kind)(
        hidden=hidden, layers=layers, bidirectional=bool(bidirectional), bias=bool(biased), states=True, **attributes
    )
    roles = _roles(params, layers, 2 if bidirectional else 1, biased, projected)
    sequence = input if batch_first else trace.add(load("transpose")(0, 1), input)
    made, *last = trace.add(op, sequence, *states, **roles)
    made = made if batch_first else trace.add(load("transpose")(0, 1), made)
    return (made, *last)


def _packed(trace: Any, kind: str, args: Any, attributes: dict[str, Any]) -> Any:
    """The same for sequences of several lengths, packed into one: as many steps as there are elements."""
    data, _, hx, params, biased, layers, _, _, bidirectional = args
    states = tuple(hx) if isinstance(hx, (tuple, list)) else (hx,)
    hidden = trace.kind_of(states[-1]).shape[-1]
    op = load(kind)(hidden=hidden, layers=layers, bidirectional=bool(bidirectional), bias=bool(biased), **attributes)
    roles = _roles(params, layers, 2 if bidirectional else 1, biased, False)
    made = trace.add(op, trace.add(load("unsqueeze")(0), data), **roles)
    last = tuple(
        trace.add(load("rearrange")("last states", tuple(trace.kind_of(state).shape)), made) for state in states
    )
    return (trace.add(load("squeeze")((0,)), made), *last)


@rule("_pack_padded_sequence", pure=False)
def pack(trace: Any, input: Any, lengths: Any, batch_first: bool) -> Any:
    """The elements of all sequences, step by step; and how many sequences have each step."""
    sizes = trace.values.of(lengths, "the lengths of sequences")
    shape = trace.kind_of(input).shape
    steps = int(sizes.max())
    kind = trace.kind((int(sizes.sum()), *shape[2:]), trace.kind_of(input).dtype)
    made = trace.add(load("rearrange")("packed sequence", tuple(kind.shape)), input, kinds=(kind,))
    counts = torch.tensor([int((sizes > step).sum()) for step in range(steps)])
    return made, trace.constant(counts)


@rule("_pad_packed_sequence", pure=False)
def unpack(trace: Any, data: Any, batch_sizes: Any, batch_first: bool, padding_value: Any, total_length: int) -> Any:
    """The sequences side by side again."""
    sizes = trace.values.of(batch_sizes, "the lengths of sequences")
    length, batch = max(total_length, len(sizes)), int(sizes[0])
    sizes_of = (batch, length) if batch_first else (length, batch)
    shape = (*sizes_of, *trace.kind_of(data).shape[1:])
    made = trace.add(load("rearrange")("padded sequence", shape), data)
    return made, trace.constant(torch.tensor([int((sizes > place).sum()) for place in range(batch)]))


@rule("lstm")
def lstm(trace: Any, *args: Any) -> Any:
    """Long short-term memory."""
    return _run(trace, "lstm", args)


@rule("gru")
def gru(trace: Any, *args: Any) -> Any:
    """Gated recurrent unit."""
    return _run(trace, "gru", args)


@rule("rnn_tanh")
def rnn_tanh(trace: Any, *args: Any) -> Any:
    """Recurrent layer."""
    return _run(trace, "rnn", args)


@rule("rnn_relu")
def rnn_relu(trace: Any, *args: Any) -> Any:
    """Recurrent layer, with relu."""
    return _run(trace, "rnn", args, activation="relu")


def _cell(trace: Any, kind: str, input: Any, states: Any, parts: Any, **attributes: Any) -> Any:
    biased = len(parts) > 2 and parts[2] is not None
    roles = dict(zip(_NAMES, parts, strict=False)) if biased else dict(zip(_NAMES[:2], parts, strict=False))
    op = load(kind)(hidden=trace.kind_of(states[0]).shape[-1], bias=biased, **attributes)
    return trace.add(op, input, *states, **roles)


@rule("lstm_cell")
def lstm_cell(trace: Any, input: Any, hx: Any, *parts: Any) -> Any:
    """One step of it."""
    return _cell(trace, "lstm_cell", input, tuple(hx), parts)


@rule("gru_cell")
def gru_cell(trace: Any, input: Any, hx: Any, *parts: Any) -> Any:
    """One step of it."""
    return _cell(trace, "gru_cell", input, (hx,), parts)


@rule("rnn_tanh_cell")
def rnn_tanh_cell(trace: Any, input: Any, hx: Any, *parts: Any) -> Any:
    """One step of it."""
    return _cell(trace, "rnn_cell", input, (hx,), parts)


@rule("rnn_relu_cell")
def rnn_relu_cell(trace: Any, input: Any, hx: Any, *parts: Any) -> Any:
    """One step of it."""
    return _cell(trace, "rnn_cell", input, (hx,), parts, activation="relu")
