"""The model, PyTorch, and every random state are afterwards as they were, whatever happens."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch._dynamo  # what a model imports is not what is looked at here
from torch import nn

import netledger as nl
from tests.frontends.torch.models import Broken, Dependent, Recorder, Rewriter, Small, Tied, Windows

SHAPE = (2, 3, 8, 8)


def state(model: nn.Module) -> Any:
    """Everything that there is to a model."""
    modules = [
        (
            name,
            type(module),
            list(module.__dict__),
            {key: (id(value), repr(value)[:200]) for key, value in vars(module).items() if key[0] != "_"},
            {key: list(value) for key, value in vars(module).items() if "hooks" in key},
            {key: id(value) for key, value in (module._parameters | module._buffers | module._modules).items()},
        )
        for name, module in model.named_modules()
    ]
    tensors = [
        (name, part.requires_grad, part.device, part.grad, part._version, part.detach().clone())
        for name, part in (*model.named_parameters(), *model.named_buffers())
    ]
    classes = [dict(vars(cls)) for cls in type(model).__mro__[:-1]]
    return modules, list(model.state_dict()), tensors, classes


def world() -> Any:
    """PyTorch's own functions, modes and random states."""
    namespaces = (torch, torch.nn.functional, torch.Tensor, nn.Module, torch.nn.modules.module, torch.overrides)
    functions = [{name: id(value) for name, value in vars(space).items()} for space in namespaces]
    codes = [id(nn.Module.__call__.__code__), id(torch.nn.functional.relu.__code__)]
    modes = (torch._C._len_torch_function_stack(), torch._C._len_torch_dispatch_stack(), torch.is_grad_enabled())
    numbers = (torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist(), gc.isenabled())
    return functions, codes, modes, numbers


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def interrupted(model: nn.Module) -> Callable[..., Any]:
    """Ctrl-C in the middle."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    model.register_forward_hook(stop)
    return model


MODELS: list[tuple[Callable[[], nn.Module], tuple[Any, ...]]] = [
    (Small, (SHAPE,)),
    (Recorder, ((3, 4),)),
    (Broken, (SHAPE,)),
    (Dependent, ((2, 4),)),
    (Windows, ((2, 4, 4),)),
    (Rewriter, ((2, 4),)),
    (Tied, (nl.Shape(2, 5, dtype="int64"),)),
    (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 4)), ((2, 3),)),
    (lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(3, 4)), ((2, 3),)),
    (lambda: nn.utils.weight_norm(nn.Linear(3, 4)), ((2, 3),)),
    (lambda: nn.LSTM(3, 4, dropout=0.5, num_layers=2), ((2, 5, 3),)),
    (lambda: nn.Sequential(nn.LazyConv2d(4, 3), nn.Flatten(), nn.LazyLinear(2)), (SHAPE,)),
]


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize(("make", "inputs"), MODELS)
def test_nothing_is_touched(make: Any, inputs: Any, stopped: bool, training: bool) -> None:
    model = make().train(training)
    if stopped:
        interrupted(model)
    lazy = any(torch.nn.parameter.is_lazy(part) for part in model.parameters())
    before = None if lazy else state(model), world()
    keys = list(model.state_dict())
    try:
        nl.count(model, *inputs)
        assert not stopped
    except (nl.NetledgerError, KeyboardInterrupt):
        pass
    after = None if lazy else state(model), world()
    assert same(before, after)
    assert list(model.state_dict()) == keys
    if lazy:
        assert all(torch.nn.parameter.is_lazy(part) for part in model.parameters())


def test_the_model_can_be_freed() -> None:
    model = Small()
    kept = weakref.ref(model), weakref.ref(model.conv.weight)
    ledger = nl.count(model, SHAPE)
    del model
    gc.collect()
    assert kept[0]() is None
    assert kept[1]() is None
    assert ledger.total("macs") > 0


def test_a_failing_model_can_be_freed() -> None:
    model = Broken()
    kept = weakref.ref(model)
    with pytest.raises(nl.ForwardError) as caught:
        nl.count(model, SHAPE)
    ledger = caught.value.ledger
    del model, caught
    gc.collect()
    assert kept() is None
    assert ledger.total("macs") > 0


def test_hooks_run_and_stay() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5))
    model[0].register_forward_hook(lambda module, args, out: out * 2)
    ledger = nl.count(model, (2, 3))
    assert [entry.op for entry in ledger] == ["linear", "multiply", "linear"]
    assert len(model[0]._forward_hooks) == 1


def test_other_threads_are_left_alone() -> None:
    """A model that runs elsewhere at the same time computes."""
    import threading

    other, made = nn.Linear(3, 4), []

    class Waiting(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            thread = threading.Thread(target=lambda: made.append(other(torch.ones(2, 3))))
            thread.start()
            thread.join()
            return x + 1

    ledger = nl.count(Waiting(), (2, 3))
    assert len(ledger) == 1
    assert torch.equal(made[0], other(torch.ones(2, 3)))
