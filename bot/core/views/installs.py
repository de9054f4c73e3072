"""What is said to somebody who takes Cairn into a workspace, on the pages where they do."""

from bot.core.chat.message import Message, Text
from bot.core.chat.part import Markdown

# By the word that Slack, or the check of what came back, has for what happened.
_FAILED = {
    "access_denied": "You chose not to go on, so nothing was changed. You can begin again whenever you like.",
    "invalid_browser": (
        "This install was begun in another browser, or too long ago. Please begin again here, and finish it "
        "in this browser within ten minutes."
    ),
    "invalid_state": "This page was used already, or is older than ten minutes. Please begin again.",
    "storage_error": "I couldn't keep what Slack gave me, so nothing is set up. Begin again in a moment.",
    "unreachable": "Slack didn't answer me just now, so nothing is set up. Please begin again in a moment.",
    "busy": "I can't finish an install right now, so nothing is set up. Please begin again in a moment.",
}
_OTHER = "Slack didn't finish the install, so nothing is set up. Please begin again."

ADD = "Add Cairn to Slack"
AGAIN = "Begin again"


def invitation() -> Message:
    """Above the link that leads to Slack."""
    return _say(
        "Take Cairn into your workspace",
        "I show a community that moves from cloud to AI engineering which gap comes next. Slack asks you "
        "what I may do there; I read only what people write to me.",
    )


def installed() -> Message:
    return _say(
        "Cairn is in your workspace",
        "All is set up. Go back to Slack and type `/cairn` in any channel: it shows the first steps.",
    )


def failed(reason: str) -> Message:
    """Why it was not finished. A reason that is not known is not shown: it may come from anywhere."""
    return _say("That didn't work", _FAILED.get(reason, _OTHER))


def not_installed() -> Message:
    """To a member of a workspace that took Cairn out, or whose install is not whole."""
    return _say(
        "I'm not set up here",
        "This workspace hasn't given me what I need to answer. Ask somebody who administers it to add me "
        "again.",
    )


def _say(title: str, text: str) -> Message:
    return Message(title, (Text((Markdown(text),)),))
