"""What people typed, made safe to keep: the same characters on every database and every screen."""

import re
import unicodedata

from bot.core.chat.markup import is_visible

READ_FACTOR = 16

_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_KEPT_CONTROLS = frozenset("\n\t")
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co"})
_JOINERS = frozenset("\u200c\u200d")  # emoji and several scripts are spelled with them


def clean(text: str, limit: int) -> str:
    """`text` in NFC without controls, bidirectional marks and lone surrogates, trimmed, at most `limit` long;
    empty when there is nothing to see in it.

    Line breaks become "\\n", a lone surrogate becomes U+FFFD. Cleaning twice changes nothing.
    """
    # NFC joins four characters at most, so this is ample; the work stays bounded for a text of megabytes.
    text = _SURROGATES.sub("\ufffd", text[: limit * READ_FACTOR])
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text))
    text = "".join(char for char in text if _is_kept(char))
    # Taking a mark out can bring two characters together that compose, and cutting can end on a space.
    text = unicodedata.normalize("NFC", text).strip()[:limit].rstrip()
    return text if is_visible(text) else ""


def clean_line(text: str, limit: int) -> str:
    """As `clean`, on one line: every run of white space is a single space."""
    # Before the cut, so that white space nobody will see costs no words, and after it, because taking a
    # control out can leave two spaces.
    return " ".join(clean(" ".join(text.split()), limit).split())


def _is_kept(char: str) -> bool:
    if char in _KEPT_CONTROLS or char in _JOINERS:
        return True
    return unicodedata.category(char) not in _UNSEEN
