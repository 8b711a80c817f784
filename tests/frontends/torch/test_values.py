"""Numbers that a model asks for: known where it made them itself, else asked of the user."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

import netledger as nl
from tests.frontends.torch.models import Dependent


def test_what_needs_values_says_where_and_what_to_do() -> None:
    with pytest.raises(nl.ValuesNeededError) as caught:
        nl.count(Dependent(), (3, 4))
    text = str(caught.value)
    assert "Dependent" in text
    assert "models.py:" in text
    assert "Pass real tensors" in text
    assert [entry.name for entry in caught.value.ledger] == ["fc", "sum1", "less1"]


def test_with_real_inputs_the_same_count_works() -> None:
    torch.manual_seed(0)
    model = Dependent()
    x = torch.rand(3, 4)
    ledger = nl.count(model, x)
    y, times = model.fc(x), 0
    while y.sum() < 100:
        y, times = y.abs() * 2 + 1, times + 1
    assert sum(entry.op == "abs" for entry in ledger) == times > 0
    assert ledger["fc:2"].inputs == ((int((y[:, 0] > 0).sum()), 4),)


def test_a_model_without_values_cannot_decide() -> None:
    with pytest.raises(nl.ValuesNeededError):
        nl.count(Dependent().to("meta"), torch.rand(3, 4))


SIZES: list[Any] = [
    lambda x: x[: int(torch.tensor(2) + 1)],
    lambda x: x[torch.tensor([True, False, True, True])],
    lambda x: x[torch.arange(4) < 3],
    lambda x: x[torch.nonzero(torch.tensor([0, 1, 1, 1]))[:, 0]],
    lambda x: x.index_select(0, torch.arange(6)[::2] // 2),
    lambda x: x[torch.eye(4).sum(0).cumsum(0).long()[:3] - 1],
    lambda x: x.split([3, int(torch.ones(1).item())])[0],
    lambda x: x[torch.where(torch.tensor([1, 0, 1, 1]) > 0)],
    lambda x: x.repeat_interleave(torch.tensor(3), 0)[:3],
    lambda x: x[torch.linspace(0, 3, 3).round().int().tolist()],
    lambda x: x[torch.masked_select(torch.arange(4), torch.tensor([1, 1, 1, 0]).bool())],
    lambda x: x[torch.unique(torch.tensor([2, 0, 1, 1]))],
    lambda x: x[torch.full((3,), 1)],
    lambda x: x[: torch.zeros(2, 3).shape[1]],
    lambda x: x[: len(torch.zeros(3))],
    lambda x: torch.stack([row for row in x][:3]),  # noqa: C416
    lambda x: torch.stack(list(x.unbind()))[:3],
    lambda x: x[torch.tensor(2)][None].expand(3, -1),
]


@pytest.mark.parametrize("take", SIZES)
def test_sizes_from_constants(take: Any) -> None:
    """Constants have values: the shape is PyTorch's."""
    layer = nn.Linear(5, 2)
    ledger = nl.count(lambda x: layer(take(x)), (4, 5))
    assert ledger[len(ledger) - 1].inputs == (tuple(take(torch.zeros(4, 5)).shape),) == ((3, 5),)


def test_in_place_constants_keep_their_values() -> None:
    def model(x: torch.Tensor) -> torch.Tensor:
        count = torch.zeros(3)
        count[1] = 2
        count += 1
        part = count[1:]
        return x.expand(int(part.sum()), -1)

    assert nl.count(model, (1, 3))[-1].outputs == ((4, 3),)


def test_what_is_written_through_views_is_known() -> None:
    def model(x: torch.Tensor) -> torch.Tensor:
        count = torch.zeros(3, 4)
        row = count[0]
        row[1:].fill_(7)
        row[0].add_(2)
        count[2, :2].copy_(torch.ones(2))
        count.T[3] += 1
        return x.expand(int(count.sum() + row[2]), -1)

    count = torch.zeros(3, 4)
    count[0, 1:], count[0, 0], count[2, :2] = 7, 2, 1
    count[:, 3] += 1
    assert nl.count(model, (1, 3))[-1].outputs == ((int(count.sum() + 7), 3),)


def test_random_numbers_are_not_spent() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    nl.count(lambda x: x + torch.rand(4) if torch.rand(1) < 2 else x, (2, 4))
    assert torch.equal(torch.rand(1), expected)


def test_large_constants_are_never_computed() -> None:
    def model(x: torch.Tensor) -> torch.Tensor:
        big = torch.ones(100_000, 100_000)
        return x * (big @ big).mean() if x.shape[0] < 9 else x

    assert nl.count(model, (2, 3)).total("macs") == 10**15
    with pytest.raises(nl.ValuesNeededError, match="too much"):
        nl.count(lambda x: x * torch.ones(10_000, 10_000).sum().item(), (2, 3))
