"""Layers of Paddle: what is given, what is told, and that nothing of the layer is changed."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

import netledger as nl
from tests.outside.paddle_runs import paddle

pytestmark = pytest.mark.filterwarnings("ignore")
nn = paddle().nn


class Net(nn.Layer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2D(3, 4, 3, padding="SAME")
        self.norm = nn.BatchNorm2D(4)
        self.fc = nn.Linear(4, 5)
        self.never = nn.Linear(2, 2)

    def forward(self, image: Any, scale: Any = None) -> Any:
        x = nn.functional.relu(self.norm(self.conv(image)))
        x = self.fc(x.mean([2, 3]))
        return x if scale is None else {"scaled": x * scale, "plain": [x]}


def test_names_parameters_and_lines() -> None:
    ledger = nl.count(Net(), (2, 3, 8, 8))
    rows = {entry.name: entry for entry in ledger}
    assert list(rows) == ["conv", "norm", "relu1", "mean1", "fc", "never"]
    assert [part.key for part in rows["conv"].parameter_list] == ["conv.weight", "conv.bias"]
    assert rows["norm"].parameter_counts.buffers == 8
    assert rows["never"].op == "unused"
    assert rows["conv"].provenance.file == __file__
    assert rows["conv"].provenance.function == "paddle.conv2d"
    assert ledger.complete


def test_a_batch_that_is_left_out_is_said() -> None:
    ledger = nl.count(Net(), (3, 8, 8))
    assert ledger.inputs[0] == (1, 3, 8, 8)
    assert any("leave out the batch" in note for note in ledger.data.notes)
    assert nl.count(Net(), (3, 8, 8), batch=4).inputs[0] == (4, 3, 8, 8)


def test_inputs_by_name_and_of_every_kind() -> None:
    net, plain = Net(), nl.count(Net(), (2, 3, 8, 8), (2, 5))
    spec = paddle().static.InputSpec([None, 3, 8, 8], "float32")
    given: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (((2, 3, 8, 8),), {"scale": (2, 5)}),
        (({"image": (2, 3, 8, 8), "scale": (2, 5)},), {}),
        ((paddle().ones([2, 3, 8, 8]),), {"scale": (2, 5)}),
    ]
    for args, kwargs in given:
        assert nl.count(net, *args, kwargs=kwargs).total("arithmetic") == plain.total("arithmetic")
    assert nl.count(net, spec).inputs[0] == (1, 3, 8, 8)


def test_the_layer_is_as_it_was() -> None:
    net = Net()
    net.train()
    before = {name: value.numpy().copy() for name, value in net.state_dict().items()}
    methods = type(net).__call__, type(net).forward, traceback.extract_stack
    nl.count(net, (2, 3, 8, 8))
    with pytest.raises(nl.NetledgerError):
        nl.count(net, (2, 7, 8, 8))
    assert methods == (type(net).__call__, type(net).forward, traceback.extract_stack)
    assert "forward" not in net.__dict__
    assert net.training
    assert paddle().in_dynamic_mode()
    assert set(net.state_dict()) == set(before)
    assert all((net.state_dict()[name].numpy() == value).all() for name, value in before.items())


def test_train_and_eval_are_the_same() -> None:
    net = Net()
    net.train()
    trained = nl.count(net, (2, 3, 8, 8))
    net.eval()
    assert [entry.call for entry in trained] == [entry.call for entry in nl.count(net, (2, 3, 8, 8))]


def test_a_failure_tells_the_layer_and_what_was_before() -> None:
    net = nn.Sequential(nn.Conv2D(3, 8, 3), nn.Flatten(), nn.Linear(10, 4))
    with pytest.raises(nl.ForwardError) as caught:
        nl.count(net, (1, 3, 8, 8))
    assert caught.value.layer == "2 (Linear)"
    assert [entry.op for entry in caught.value.ledger] == ["conv", "flatten"]


def test_a_decision_by_values_is_no_guess() -> None:
    class Choice(nn.Layer):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return x if x.sum() > 0 else -x

    with pytest.raises(nl.ValuesNeededError):
        nl.count(Choice(), (2, 3))


def test_hooks_run_and_stay() -> None:
    net, seen = Net(), []
    hook = net.fc.register_forward_post_hook(lambda layer, given, made: seen.append(1) or made * 2)
    ledger = nl.count(net, (2, 3, 8, 8))
    assert seen == [1]
    assert "multiply" in [entry.op for entry in ledger]
    hook.remove()


def test_a_shared_layer_is_counted_once_and_run_twice() -> None:
    shared = nn.Linear(4, 4)
    ledger = nl.count(nn.Sequential(shared, nn.ReLU(), shared), (2, 4))
    assert ledger.parameters == 20
    assert ledger.total("macs") == 2 * 2 * 16


def test_what_has_no_rule_is_a_gap() -> None:
    class Odd(nn.Layer):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return paddle().linalg.inv(x)

    ledger = nl.count(Odd(), (3, 4, 4))
    assert not ledger.complete
    assert ledger.gaps[0].reason == "there is no rule for paddle.inverse"
    assert next(iter(ledger)).outputs[0] == (3, 4, 4)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("paddle:LeNett", "LeNet"),
        ("paddle:LeNet(classes=3)", "num_classes"),
        ("paddle:LeNet(pretrained=True)", "download"),
    ],
)
def test_names(source: str, said: str) -> None:
    with pytest.raises(nl.SourceError) as caught:
        nl.count(source)
    assert said in str(caught.value)


def test_a_batch_replaces_that_of_the_usual_input() -> None:
    assert nl.count("paddle:LeNet", batch=4).inputs[0] == (4, 1, 28, 28)


def test_arguments_of_a_named_model() -> None:
    assert nl.count("paddle:LeNet(num_classes=3)").parameters == 61610 - 7 * 85
    assert nl.count("paddle:LeNet", let={"num_classes": 3}).parameters == 61610 - 7 * 85
