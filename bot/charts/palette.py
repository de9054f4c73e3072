"""Colours. Blue against vermillion, sky blue against orange: pairs that stay apart for every kind of eye."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`: the card, two inks, the empty track of a bar, and what stands on it.

    `done` is what is reached, `ahead` what is still to close, `idle` a time without goals.
    """

    card: str
    edge: str
    ink: str
    quiet: str
    track: str
    done: str
    tint: str
    ahead: str
    idle: str


PALETTES = MappingProxyType(
    {
        "light": Palette(
            card="#fbfaf7",
            edge="#dedbd2",
            ink="#1c2530",
            quiet="#596270",
            track="#e8e6df",
            done="#0072b2",
            tint="#dcebf3",
            ahead="#c85700",
            idle="#767d88",
        ),
        "dark": Palette(
            card="#22252b",
            edge="#3b3f47",
            ink="#f2f3f5",
            quiet="#b1b7c2",
            track="#393e47",
            done="#56b4e9",
            tint="#2b4152",
            ahead="#e69f00",
            idle="#949ba7",
        ),
    }
)
