"""torchvision can be imported, also where its compiled operators do not fit the installed torch."""

from __future__ import annotations

from bench.models import torchvision

torchvision()
