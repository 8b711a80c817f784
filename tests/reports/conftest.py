"""Networks of PyTorch for the reports that show modules."""

from __future__ import annotations

from tests.presets.conftest import torchvision

__all__ = ["torchvision"]
