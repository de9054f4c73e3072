"""Topics: whatever people ask for by a name, in their own spelling."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Topic(Protocol):
    """Anything people can ask for by name: a challenge, a guide page, a track."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling that means this topic, its id first."""


T = TypeVar("T", bound=Topic)


def fold(text: str) -> str:
    """`text` as names are compared: small letters and digits, single spaces between words."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())


def find_topic(topics: Iterable[T], text: str) -> T | None:
    """The one topic that `text` names: exactly, else by its beginning, else by words of its name, else by a
    whole name within it.

    Case, hyphens and punctuation don't matter. None when nothing matches or when two topics match equally.
    """
    wanted = fold(text)
    if not wanted:
        return None
    folded = [(topic, tuple(fold(name) for name in topic.names)) for topic in topics]
    for matches in (_equals, _begins, _holds_words, _stands_in):
        found = [topic for topic, names in folded if any(matches(name, wanted) for name in names)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def names_topic(topics: Iterable[T], text: str) -> bool:
    """Whether the whole of `text` names one topic, with no word left over."""
    found = find_topic(topics, text)
    if found is None:
        return False
    return any(
        set(fold(text).split()) <= set(fold(name).split()) or fold(name).startswith(fold(text))
        for name in found.names
    )


def offer_topics(topics: Iterable[T], text: str) -> tuple[T, ...]:
    """The topics with a name that holds what is typed so far, those that begin with it first."""
    wanted = fold(text)
    folded = [(topic, tuple(fold(name) for name in topic.names)) for topic in topics]
    begin = [topic for topic, names in folded if any(name.startswith(wanted) for name in names)]
    hold = [topic for topic, names in folded if any(wanted in name for name in names)]
    return (*begin, *(topic for topic in hold if topic not in begin))


def _equals(name: str, wanted: str) -> bool:
    return name == wanted


def _begins(name: str, wanted: str) -> bool:
    return name.startswith(wanted)


def _holds_words(name: str, wanted: str) -> bool:
    return set(wanted.split()) <= set(name.split())


def _stands_in(name: str, wanted: str) -> bool:
    """Whether the text holds all of the name, such as "how long" in "how long it takes"."""
    return " " in name and f" {name} " in f" {wanted} "
