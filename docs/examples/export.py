"""Writes net.onnx, the network of net.py: `python docs/examples/export.py`."""

from pathlib import Path

import torch
from net import Net

HERE = Path(__file__).parent

if __name__ == "__main__":
    torch.manual_seed(0)
    names = {"input_names": ["image"], "output_names": ["classes"]}
    free = {"image": {0: "N", 2: "height", 3: "width"}}
    image = torch.zeros(1, 3, 32, 32)
    torch.onnx.export(Net().eval(), (image,), HERE / "net.onnx", dynamo=False, dynamic_axes=free, **names)
