"""What a lead reads when a platform refuses something: why, and what they can do about it."""

from collections.abc import Mapping

from bot.core.chat.part import Markdown, Part, Plain
from bot.core.domain.refusals import Reason, read_why
from bot.core.ids import Platform

_CHOOSE = "Choose another channel"
_ASK_OPERATOR = "Ask whoever runs me to look at my log"
_ASK_ADMIN = "Ask an administrator to allow Cairn here"

# For each reason: what stands after "The reason I was given:", and what to do first, as an imperative without
# its full stop.
WORDS: Mapping[Reason, tuple[str, str]] = {
    "account closed": ("the account is closed", _CHOOSE),
    "app restricted": ("an administrator has restricted what I may do here", _ASK_ADMIN),
    "app scope missing": ("I lack a permission that whoever runs me has to add", _ASK_OPERATOR),
    "channel archived": ("the channel is archived", "Unarchive the channel"),
    "channel gone": (
        "channel gone, or hidden from me",
        _CHOOSE,
    ),
    "channel hidden": (
        "I can't see the channel, permission missing: View Channel",
        "Allow me View Channel in that channel",
    ),
    "direct messages closed": ("direct messages to that person are closed", _CHOOSE),
    "direct messages off": ("direct messages are turned off in my app's settings", _ASK_OPERATOR),
    "left": ("that person has left", _CHOOSE),
    "message limit": (
        "this workspace has reached its limit of messages",
        "Ask an administrator about the limits of your plan",
    ),
    "message not taken": ("the message was not accepted, which is my mistake", _ASK_OPERATOR),
    "moderation": (
        "the moderation of this community blocked the text",
        "Ask a moderator to let my posts through the filter",
    ),
    "no text channel": ("that kind of channel takes no messages", "Choose a text channel"),
    "not in the channel": (
        "I'm not in the channel",
        "Let me write in that channel",
    ),
    "not in the community": ("I'm not in this community any more", "Invite me again"),
    "picture not taken": ("the picture was not accepted", "Allow me Attach Files in that channel"),
    "platform busy": ("I was asked to wait for too long", "You need do nothing"),
    "posting restricted": (
        "only some people may post in the channel",
        "Add Cairn to those who may post in that channel",
    ),
    "sending forbidden": (
        "I may not write there, permission missing: Send Messages (in a thread: Send Messages in Threads)",
        "Allow me that in that channel, and end my timeout if I'm in one",
    ),
    "slow mode": ("the channel's slow mode kept me waiting", "Let me write there in spite of slow mode"),
    "thread archived": ("the thread is closed", "Open the thread again"),
    "thread locked": ("the thread is locked", "Unlock the thread"),
    "threads only": ("the channel takes replies in threads only", _CHOOSE),
    "token refused": ("my access was refused", _ASK_OPERATOR),
    "workspace moving": ("this workspace was being moved", "You need do nothing"),
}
# Where a platform does it in its own way.
_OWN: Mapping[tuple[str, Platform], str] = {
    ("channel gone", "slack"): "If it is still there, type /invite @Cairn in that channel",
    ("not in the channel", "slack"): "Type /invite @Cairn in that channel",
}


def reason_parts(why: str) -> tuple[Part, ...]:
    """Why it was refused, in words and in the platform's own."""
    reason, code = read_why(why)
    words = next((says for one, (says, _) in WORDS.items() if one == reason), "")
    if not words:
        return (Markdown("The reason I was given: "), Plain(code or "none"), Markdown("."))
    return (Markdown(f"The reason I was given: {words} ("), Plain(code), Markdown(")."))


def remedy(platform: Platform, reason: str) -> str:
    """What to do first, without a full stop; "" for a reason that isn't known."""
    usual = next((first for name, (_, first) in WORDS.items() if name == reason), "")
    return _OWN.get((reason, platform), usual)
