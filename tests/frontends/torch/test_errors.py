"""A model that fails says where, with which shapes, in its own words; what was counted before is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import netledger as nl
from tests.frontends.torch.command import run_command
from tests.frontends.torch.models import Broken, Small


def test_the_table_up_to_the_layer_that_failed() -> None:
    with pytest.raises(nl.ForwardError) as caught:
        nl.count(Broken(), (1, 3, 32, 32))
    error = caught.value
    with pytest.raises(RuntimeError) as own:
        Broken().to("meta")(torch.zeros(1, 3, 32, 32, device="meta"))
    assert str(own.value) in str(error)
    assert error.layer == "fc (Linear)"
    assert "1x7200" in str(error)
    assert "models.py:" in str(error)
    assert [entry.name for entry in error.ledger] == ["conv", "relu1", "flatten1"]
    assert error.ledger["conv"].total("macs") == 8 * 30 * 30 * 27
    assert isinstance(error.__cause__, RuntimeError)


@pytest.mark.parametrize("exception", [ValueError, KeyError, AssertionError, ZeroDivisionError, StopIteration, OSError])
def test_any_exception_of_forward(exception: type[Exception]) -> None:
    class Raising(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise exception("a reason")

    with pytest.raises(nl.ForwardError, match="a reason"):
        nl.count(Raising(), (1, 2))


def test_a_model_that_calls_itself() -> None:
    class Endless(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self(x)

    with pytest.raises(nl.SourceError, match="without end"):
        nl.count(Endless(), (1, 2))


def test_a_model_that_catches_its_own_mistake() -> None:
    def careful(x: torch.Tensor) -> torch.Tensor:
        try:
            return x @ x
        except RuntimeError:
            return x @ x.T

    assert nl.count(careful, (2, 3)).total("macs") == 12


@pytest.mark.parametrize(
    ("given", "said"),
    [((), "needs an input"), (((1, 3, 0, 8),), "between 1 and"), (("image:float99[1]",), "unknown element type")],
)
def test_inputs_that_are_none(given: object, said: str) -> None:
    with pytest.raises(nl.NetledgerError, match=said):
        nl.count(Small(), *given)


def test_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("from tests.frontends.torch.models import Broken, Small, Dependent\n")
    failed = run_command("show", f"{file}:Broken", "--input", "1x3x32x32")
    assert failed.code == 2
    assert "conv(8, 3)" in failed.output
    assert "(up to the layer that failed)" in failed.output
    assert "fc (Linear)" in failed.output
    assert "Traceback" not in failed.output
    asked = run_command("show", f"{file}:Dependent", "--input", "1x4")
    assert asked.code == 2
    assert "Pass real tensors" in asked.output


def test_a_rule_that_does_not_fit_is_no_mistake_of_the_model() -> None:
    """What PyTorch takes, and no rule does, is a gap."""
    ledger = nl.count(lambda x: torch.linalg.norm(x, ord="nuc"), (3, 4))
    assert not ledger.complete


def test_gradients_are_refused() -> None:
    with pytest.raises(nl.SourceError, match="gradients"):
        nl.count(lambda x: torch.autograd.grad(x.sum(), x), (3, 4))


def test_without_a_batch_the_run_that_came_further_is_told() -> None:
    with pytest.raises(nl.ForwardError) as caught:
        nl.count(Broken(), (3, 32, 32))
    assert caught.value.layer == "fc (Linear)"


def test_a_models_own_complaint_is_not_laid_on_the_call_before() -> None:
    class Choosy(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if torch.relu(x).shape[-1] == 3:
                raise ValueError("not three")
            return x

    with pytest.raises(nl.ForwardError) as caught:
        nl.count(Choosy(), (2, 3))
    assert "torch.relu" not in str(caught.value)
