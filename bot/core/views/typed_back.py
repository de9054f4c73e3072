"""What somebody typed, shown back to them, where it did not get through."""

from collections.abc import Sequence

from bot.core.chat.form import INPUT_LIMIT
from bot.core.chat.markup import clip
from bot.core.chat.message import Text
from bot.core.chat.part import Markdown, Plain

TYPED_ROOM = 500
# A shorter text is typed again sooner than copied.
TYPED_LEAST = 12


def hand_back(typed: Sequence[str]) -> tuple[Text, ...]:
    """The texts that a form held, to copy back."""
    kept = tuple(
        Text((Plain(clip(text, TYPED_ROOM)),)) for text in typed[:INPUT_LIMIT] if len(text) >= TYPED_LEAST
    )
    heading = (Text((Markdown("**What you had typed**, to copy it back:"),)),) if kept else ()
    return heading + kept
