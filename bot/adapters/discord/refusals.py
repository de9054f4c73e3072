"""Every code with which Discord refuses to open direct messages, to post, to edit or to take a file, and what
follows from it.

From the table of JSON error codes in Discord's documentation (Opcodes and Status Codes). A code that is
missing here ends only the message that met it.
"""

from collections.abc import Mapping

from bot.core.domain.refusals import Refusal

# What only an administrator, or whoever runs Cairn, can set right is asked again this often until it is late.
PATIENCE = 300.0
# Long enough for whoever runs Cairn to notice that its token is not valid any more.
REST_SECONDS = 60.0

UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MEMBER, UNKNOWN_USER = 10003, 10004, 10007, 10013
NO_ACCESS, NO_PERMISSION, OPENING_TOO_FAST = 50001, 50013, 40003
THREAD_ARCHIVED, THREAD_LOCKED = 50083, 160005

_TOKEN = Refusal("token refused", after=REST_SECONDS)
_BUSY = Refusal("platform busy", after=REST_SECONDS, alone=True)
_OUTAGE = Refusal("platform busy", after=REST_SECONDS)
_RESTRICTED = Refusal("app restricted", after=PATIENCE, alone=True)
_LEFT = Refusal("left", ends="member")
_NO_TEXT = Refusal("no text channel", ends="channel")
_MODERATED = Refusal("moderation")
_OURS = Refusal("message not taken")
_PICTURE = Refusal("picture not taken")

REFUSALS: Mapping[int, Refusal] = {
    UNKNOWN_CHANNEL: Refusal("channel gone", ends="channel"),
    UNKNOWN_GUILD: Refusal("not in the community", ends="space"),
    UNKNOWN_MEMBER: _LEFT,
    10008: _OURS,  # the message that was to be edited
    UNKNOWN_USER: Refusal("account closed", ends="member"),
    20001: _OURS,
    20002: _OURS,
    20009: _MODERATED,  # explicit content
    20012: _RESTRICTED,
    20016: Refusal("slow mode", after=REST_SECONDS, alone=True),
    20022: _BUSY,
    20024: _RESTRICTED,  # under minimum age
    20028: _BUSY,
    20029: _BUSY,
    30015: _OURS,
    30046: _BUSY,  # edits of messages that are older than an hour
    40001: _TOKEN,
    40002: _RESTRICTED,
    OPENING_TOO_FAST: Refusal("platform busy", after=REST_SECONDS),
    40004: _OUTAGE,
    40005: _PICTURE,
    40006: _OUTAGE,
    40007: _LEFT,  # banned
    40058: _NO_TEXT,  # a forum
    40062: _BUSY,
    40067: _NO_TEXT,  # a forum that wants a tag
    40333: _OUTAGE,
    NO_ACCESS: Refusal("channel hidden", ends="channel"),
    50003: _OURS,
    50005: _OURS,
    50006: _OURS,
    50007: Refusal("direct messages closed", ends="direct"),
    50008: _NO_TEXT,
    50009: Refusal("sending forbidden", ends="channel"),
    NO_PERMISSION: Refusal("sending forbidden", ends="channel"),
    50014: _TOKEN,
    50021: _OURS,
    50024: _NO_TEXT,
    50033: Refusal("account closed", ends="member"),
    50035: _OURS,
    50041: _OURS,
    50045: _PICTURE,
    50046: _PICTURE,
    50068: _NO_TEXT,
    THREAD_ARCHIVED: Refusal("thread archived", ends="channel"),
    50095: _RESTRICTED,  # not available in this location
    50109: _OURS,
    50110: _PICTURE,
    50123: _PICTURE,
    50138: _PICTURE,
    50146: _PICTURE,
    50178: _RESTRICTED,
    50278: _LEFT,  # no server in common
    60003: _RESTRICTED,
    110001: _OUTAGE,
    130000: _OUTAGE,
    160002: _OURS,
    THREAD_LOCKED: Refusal("thread locked", ends="channel"),
    200000: _MODERATED,
    200001: _MODERATED,
    240000: _MODERATED,
}
