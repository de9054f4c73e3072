"""Words that were typed without an option's name, sorted by what there is: `Lisbon Autumn` is a city and a
cohort."""

from collections.abc import Mapping, Sequence

from bot.core.chat.command import Command, Option, Value
from bot.core.chat.command_line import FILLERS, join_words, split_words
from bot.core.chat.reading import trim
from bot.core.request import Context, Request

# More words than that are no names of ours.
WORDS_MOST = 12


def sort_words(
    command: Command, given: Mapping[str, Value], request: Request, ctx: Context
) -> Mapping[str, Value]:
    """What was given, with a text that its own option doesn't know parted among the free ones that do. As it
    was where that can't be done without a word left over, or would leave a required option empty."""
    knowing = [option for option in command.options if option.knows is not None]
    for option in knowing:
        text = given.get(option.name)
        if not isinstance(text, str) or _knows(option, request, ctx, text):
            continue
        free = [option, *(one for one in knowing if one.name not in given)]
        words = split_words(text)
        found = _part(words, free, request, ctx) if len(words) <= WORDS_MOST else None
        if found and (option.name in found or not option.required):
            return {**{name: one for name, one in given.items() if name != option.name}, **found}
    return given


def _part(
    words: Sequence[str], free: Sequence[Option], request: Request, ctx: Context
) -> dict[str, str] | None:
    """The words by the options that know them, none left over; None where there is no such way."""
    if not words:
        return {}
    for count in range(len(words), 0, -1):
        text = join_words(words[:count])
        for option in free:
            if not _knows(option, request, ctx, text):
                continue
            rest = _part(words[count:], [one for one in free if one is not option], request, ctx)
            if rest is not None:
                return {option.name: text, **rest}
    names = {option.name for option in free}
    if trim(words[0]) in FILLERS | names:
        return _part(words[1:], free, request, ctx)
    return None


def _knows(option: Option, request: Request, ctx: Context, text: str) -> bool:
    return option.knows is not None and option.knows(request, ctx, text)
