"""What is said about a call itself: that there were too many, or that its answer was lost."""

from collections.abc import Sequence

from bot.core.chat.message import Message, Text
from bot.core.chat.part import Markdown
from bot.core.views.typed_back import hand_back

MINUTE, HOUR = 60, 3_600


def too_often(seconds: int) -> Message:
    """To somebody who may go on after so many seconds."""
    within = "a minute" if seconds <= MINUTE else "a day"
    return _say(
        "A little slower, please",
        f"That was a lot within {within}, so I left this one out. Go on in {_count(seconds)}.",
    )


def unseen() -> Message:
    """Of a call that has its effect, and whose answer nobody may have seen."""
    return _say(
        "That is done",
        "I did what you asked, but was interrupted before I could show it. There is no need to do it again; "
        "`/cairn` lists what shows you how things are.",
    )


def elsewhere() -> Message:
    """Before an answer that goes to the caller alone, because it could not be shown where they asked."""
    return _say("Your answer", "I couldn't show this where you asked, so I'm sending it to you here.")


def perhaps_posted() -> Message:
    """Of a public answer, where the platform doesn't tell whether it was posted."""
    return _say(
        "Can you see my answer?",
        "I posted it in the channel where you asked, and got no confirmation. If it isn't there, ask again.",
    )


def unchecked(typed: Sequence[str] = ()) -> Message:
    """To somebody of whom the platform didn't tell whether they lead. `typed`: what they had typed."""
    says = "I asked who administers this community and got no answer, so nothing was changed. Try again soon."
    return Message("I couldn't check that you're a lead", (Text((Markdown(says),)), *hand_back(typed)))


def not_opened() -> Message:
    """Of a form that could not be opened in the few seconds that there are for it."""
    return _say(
        "The form didn't open",
        "It took too long just now, and nothing was changed. Type the command or press the button again.",
    )


def _count(seconds: int) -> str:
    for size, name in ((HOUR, "hour"), (MINUTE, "minute"), (1, "second")):
        if seconds > size or size == 1:
            number = -(-seconds // size)
            return f"1 {name}" if number == 1 else f"{number} {name}s"
    raise AssertionError("a wait has seconds")


def _say(title: str, text: str) -> Message:
    return Message(title, (Text((Markdown(text),)),))
