"""A fixed sample of the zoo (docs/zoo.md has all of it): many families, against PyTorch's own counter."""

from __future__ import annotations

import pytest

import netledger as nl
from bench import models
from bench.zoo.row import row
from netledger.frontends.torch import memory, modules

SAMPLE = (
    *("torchvision:alexnet", "torchvision:convnext_tiny", "torchvision:densenet121", "torchvision:efficientnet_b0"),
    *("torchvision:googlenet", "torchvision:inception_v3", "torchvision:maxvit_t", "torchvision:mnasnet0_5"),
    *(
        "torchvision:mobilenet_v3_small",
        "torchvision:mvit_v1_b",
        "torchvision:raft_small",
        "torchvision:regnet_y_400mf",
    ),
    *("torchvision:resnext50_32x4d", "torchvision:shufflenet_v2_x0_5", "torchvision:squeezenet1_1"),
    *("torchvision:swin_v2_t", "torchvision:swin3d_t", "torchvision:vgg11_bn", "torchvision:vit_b_16"),
    *("torchvision:deeplabv3_mobilenet_v3_large", "torchvision:lraspp_mobilenet_v3_large", "torchvision:r2plus1d_18"),
    *("timm:beit_base_patch16_224", "timm:botnet26t_256", "timm:cait_xxs24_224", "timm:coat_tiny", "timm:convit_tiny"),
    *("timm:convmixer_768_32", "timm:crossvit_tiny_240", "timm:davit_tiny", "timm:dpn68", "timm:edgenext_xx_small"),
    *("timm:efficientformer_l1", "timm:efficientvit_m0", "timm:eva02_tiny_patch14_224", "timm:fastvit_t8"),
    *("timm:gcvit_xxtiny", "timm:ghostnet_100", "timm:halonet26t", "timm:hrnet_w18_small", "timm:levit_128s"),
    *("timm:mixer_s16_224", "timm:mobilevit_xxs", "timm:nf_resnet50", "timm:pit_ti_224", "timm:pvt_v2_b0"),
    *("timm:res2net50_26w_4s", "timm:resmlp_12_224", "timm:sequencer2d_s", "timm:skresnet18", "timm:tnt_s_patch16_224"),
    *("timm:twins_pcpvt_small", "timm:visformer_tiny", "timm:volo_d1_224", "timm:xcit_nano_12_p16_224"),
)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize("network", SAMPLE)
def test_parameters_and_flops(network: str) -> None:
    """Every parameter once, nothing uncounted, FlopCounterMode's FLOPs to the last digit."""
    found = row(network)
    assert found["error"] is None
    assert found["parameters"] == found["true_parameters"]
    assert found["gaps"] == 0
    assert found["their_flops"] is not None, found["their_error"]
    assert found["flops"] - sum((found["left_out"] or {}).values()) == found["their_flops"]


@pytest.mark.parametrize("network", SAMPLE[::6])
def test_totals_before_and_after_the_network_is_made(network: str) -> None:
    """A total of the run as it was written down is the sum over its entries, under every convention."""
    model = models.build(network)
    inputs = models.shapes(network, model)
    for convention in nl.conventions():
        ledger = nl.count(model, *inputs)
        total, parameters = ledger.total(convention), ledger.parameters
        assert total == sum(entry.total(convention) for entry in ledger) == ledger.total(convention)
        assert parameters == ledger.parameter_counts.total


@pytest.mark.parametrize("network", SAMPLE[::6])
def test_shortcuts_are_what_forward_does(network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers whose forward is not entered do what it does; what is remembered is what was found out."""
    model = models.build(network)
    inputs = models.shapes(network, model)
    first, again = nl.count(model, *inputs), nl.count(model, *inputs)
    monkeypatch.setattr(modules, "LAYERS", {})
    entered = nl.count(model, *inputs)
    assert first == again
    assert _facts(first) == _facts(entered)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_what_is_remembered_of_others_changes_nothing() -> None:
    """Networks one after the other, there and back, say what each says when nothing is remembered."""
    networks = {network: models.build(network) for network in SAMPLE[::3]}
    inputs = {network: models.shapes(network, model) for network, model in networks.items()}
    alone = {}
    for network, model in networks.items():
        memory.forget()
        alone[network] = nl.count(model, *inputs[network]).to_json()
    memory.forget()
    for network in (*networks, *reversed(networks)):
        assert nl.count(networks[network], *inputs[network]).to_json() == alone[network], network


def _facts(ledger: nl.Ledger) -> list[object]:
    return [(entry.name, entry.call, entry.inputs, entry.outputs, entry.work, entry.parameter_list) for entry in ledger]


def test_lines_of_torchvision_are_the_users() -> None:
    """Its folder begins like PyTorch's."""
    model = models.build("torchvision:alexnet")
    network = nl.count(model, *models.shapes("torchvision:alexnet", model)).network
    assert network is not None
    assert {node.provenance.file.rpartition("/torchvision/")[2] for node in network.nodes} == {"models/alexnet.py"}
