"""What operators with groups of channels share."""

from __future__ import annotations

from netledger.core.language import say
from netledger.core.number import Number, equal, require

__all__ = ["check_groups"]


def check_groups(groups: Number, which: str, channels: Number) -> None:
    """Raise a ShapeError unless the groups divide the channels."""
    which = say(which)
    require(
        equal(channels % groups, 0),
        say("groups must divide the {which} channels", which=which),
        say(
            "Take groups that divide the {which} channels, such as 1 (plain) or in_channels (depthwise).",
            which=which,
        ),
        channels=channels,
        groups=groups,
    )
