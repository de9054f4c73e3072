"""Who can be played, and where. Fixed, so that a request only ever names an id out of these lists."""

from dataclasses import dataclass

from bot.core.chat.call import Caller, Space
from bot.core.ids import Address, Platform

PLATFORM: Platform = "playground"
CAIRN = "cairn"
GENERAL = "general"
DIRECT = "dm"

MEMBERS = (
    Caller(Address(PLATFORM, "member-a"), "Member A"),
    Caller(Address(PLATFORM, "member-b"), "Member B"),
    Caller(Address(PLATFORM, "member-c"), "Member C"),
    Caller(Address(PLATFORM, "member-d"), "Member D"),
    Caller(Address(PLATFORM, "member-e"), "Member E"),
    Caller(Address(PLATFORM, "lead"), "Lead", is_lead=True),
)
SPACES = (
    Space(Address(PLATFORM, "cloud-to-ai"), "Cloud to AI community"),
    Space(Address(PLATFORM, "second"), "Second community"),
)
PLACES = {GENERAL: "#general", DIRECT: "Direct message with Cairn"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Who looks, at which place of which community."""

    space: Space
    caller: Caller
    place: str

    @property
    def channel(self) -> str:
        """The channel's id: everybody's own direct messages are a channel of their own."""
        return f"{DIRECT}-{self.caller.address.id}" if self.place == DIRECT else self.place


def is_direct(channel: str) -> bool:
    """Whether a channel's id is that of somebody's direct messages."""
    return channel.startswith(f"{DIRECT}-")


def name_of(sender: str) -> str:
    """The name behind a sender's id in the transcript."""
    names = {one.address.id: one.name for one in MEMBERS} | {CAIRN: "Cairn"}
    return names.get(sender, sender)
