"""What somebody typed, shown back to them, where it did not get through."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.chat.call import Answer
from bot.core.chat.form import INPUT_LIMIT
from bot.core.chat.message import FENCE_LENGTH, TEXT_LIMIT, Block, Copy, Message, Text, length_of
from bot.core.chat.part import Markdown

# What an error and its heading leave of a message.
ROOM = 2_900


def hand_back(typed: Sequence[str]) -> tuple[Block, ...]:
    """The texts, to copy back: whole, as long as a message has room for them."""
    kept: list[Copy] = []
    room = ROOM
    for text in filter(str.strip, typed[:INPUT_LIMIT]):
        copy = _fit(text, min(room, TEXT_LIMIT + FENCE_LENGTH))
        if copy is None:
            break
        kept.append(copy)
        room -= length_of(copy)
    heading = (Text((Markdown("**What you had typed**, to copy it back:"),)),) if kept else ()
    return (*heading, *kept)


def with_typed(answer: Answer, typed: Sequence[str]) -> Answer:
    """The answer to a call that was not carried out, with what was typed."""
    if not isinstance(answer.reply, Message) or not typed:
        return answer
    return replace(answer, reply=replace(answer.reply, blocks=(*answer.reply.blocks, *hand_back(typed))))


def _fit(text: str, room: int) -> Copy | None:
    """As much of the text as there is room for; None where that is nothing."""
    while room > FENCE_LENGTH and text.strip():
        try:
            copy = Copy(text)
        except ValueError:  # too long by itself
            copy = None
        if copy is not None and length_of(copy) <= room:
            return copy
        text = text[: len(text) * 3 // 4].rstrip()
    return None
