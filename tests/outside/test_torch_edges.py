"""Which inputs an output is made of: the edges of the network, against eager PyTorch, whose values tell.

An output depends on an input if its values change with it. Then there is a way from one to the other; there may be
one, too, where values do not change: numbers cancel out, and what is written to a part is taken to change all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import netledger as nl

SIZE, INPUTS = 3, 3

STEPS: list[Callable[[Tensor, Tensor], Tensor]] = [
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: a @ b,
    lambda a, b: torch.stack([a, b]).sum(0),
    lambda a, b: torch.cat([a, b])[::2] + torch.cat([a, b])[1::2],
    lambda a, b: torch.einsum("ij,kj->ik", a, b),
    lambda a, b: torch.lerp(a, b, 0.3),
    lambda a, b: torch.addmm(a, b, b),
    lambda a, b: a.sort(-1).values - b.topk(SIZE).values,
    lambda a, b: torch.stack(list(a)) + torch.stack(b.unbind(1)),
    lambda a, b: torch.cat(a.split(1)) * torch.cat(b.chunk(SIZE, 1), 1),
    lambda a, b: a.t().sigmoid(),
    lambda a, b: b.reshape(-1).view(SIZE, SIZE).flip(0),
    lambda a, b: torch.nn.functional.linear(a, b, b[0]),
    lambda a, b: a.clone().add_(b),
    lambda a, b: a.mul_(b.clone()),
    lambda a, b: a.t(),
    lambda a, b: b.unsqueeze(0)[0],
    lambda a, b: torch.nn.functional.silu(a).sub_(b.mean()),
    lambda a, b: a.copy_(b.clone()),
    lambda a, b: torch.cat([a[:1], b[1:]]),
    lambda a, b: a[0].copy_(b[0].clone()).expand(SIZE, SIZE) + a,
    lambda a, b: a[1:].add_(b[:-1].clone()).sum() + a,
    lambda a, b: a.t()[0].mul_(b[1].clone()) + a,
]
"""What two square matrices are made into a third by."""

PROGRAMS = st.lists(st.tuples(st.booleans(), *[st.integers(0, 99)] * 3), min_size=1, max_size=8)


def run(program: list[Any], tensors: list[Tensor]) -> list[Tensor]:
    """What a program makes: each step takes two of what there is, or one twice, and adds what it answers."""
    known = [tensor * 1 for tensor in tensors]
    for again, which, one, other in program:
        first = known[one % len(known)]
        second = first if again else known[other % len(known)]
        known.append(STEPS[which % len(STEPS)](first, second))
    return known


def depends(program: list[Any]) -> list[set[int]]:
    """The inputs with which the values of each tensor change."""
    torch.manual_seed(0)
    given = [torch.rand(SIZE, SIZE, dtype=torch.float64) + 0.5 for _ in range(INPUTS)]
    values = run(program, given)
    found: list[set[int]] = [set() for _ in values]
    for place in range(INPUTS):
        other = [one + 0.01 * torch.rand_like(one) if at == place else one for at, one in enumerate(given)]
        for at, (before, after) in enumerate(zip(values, run(program, other), strict=True)):
            found[at] |= {place} if before.isfinite().all() and not torch.equal(before, after) else set()
    return found


def reached(program: list[Any]) -> list[set[int]]:
    """The inputs from which there is a way to each output."""
    network = nl.count(lambda *tensors: run(program, list(tensors)), *[(SIZE, SIZE)] * INPUTS).network
    assert network is not None
    known = {number: {place} for place, number in enumerate(network.inputs)}
    for node in network.nodes:
        sources = set().union(*(known[number] for number in (*node.inputs, *(one for _, one in node.operands))))
        known.update(dict.fromkeys(node.outputs, sources))
    return [known[number] for number in network.outputs]


@settings(max_examples=400, deadline=None)
@given(PROGRAMS)
def test_edges(program: list[Any]) -> None:
    for _ in range(2):
        assert all(there <= found for there, found in zip(depends(program), reached(program), strict=True))


@pytest.mark.parametrize(
    "program",
    [
        lambda x, y, b: (b.t(), b.mul_(y))[0] + 1,
        lambda x, y, b: (b[0], b.mul_(y))[0],
        lambda x, y, b: (b.t()[1:], b.mul_(y))[0].exp(),
        lambda x, y, b: (b, b.t().mul_(y))[0] + 1,
        lambda x, y, b: (b.view(-1), b.t()[0].add_(y[0]))[0],
        lambda x, y, b: torch.nn.functional.linear((b.t(), torch.nn.functional.relu_(b.add_(y)))[0], x),
        lambda x, y, b: torch.nn.ReLU()((b.t(), b.add_(y))[0]),
        lambda x, y, b: [(b[:2], b.add_(y))[0]],
    ],
)
def test_views_of_what_is_written_to(program: Any) -> None:
    """A view that was made before is what is there now, and what is written to it is in what it shows."""
    network = nl.count(lambda x, y: program(x, y, x * 1), (SIZE, SIZE), (SIZE, SIZE)).network
    assert network is not None
    known = {number: {place} for place, number in enumerate(network.inputs)}
    for node in network.nodes:
        known.update(dict.fromkeys(node.outputs, set().union(*(known[number] for number in node.inputs))))
    assert [known[number] for number in network.outputs] == [{0, 1}]


def test_one_tensor_twice_and_two() -> None:
    """Whichever comes first."""
    for calls in (lambda x, y: (x + x, x + y, y + x), lambda x, y: (x + y, x + x, y + y)):
        network = nl.count(calls, (2, 2), (2, 2)).network
        assert network is not None
        made = torch.arange(1.0, 3.0)
        answers = {sum(float(made[number]) for number in node.inputs) for node in network.nodes}
        assert answers == {float(part) for part in calls(*made)}
