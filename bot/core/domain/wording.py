"""Text into words: reading, stemming, and how far apart two spellings are."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

READ_LIMIT = 2000
WORD_LIMIT = 40

_PIECES = re.compile(
    r"(?P<word>[^\W_]+(?:['’`´][^\W_]+)*)"
    r"|(?P<stop>[.!?;](?=\s|$)|[\n…])"
    r"|(?P<pause>[,()/•—–]|\s-+\s)"
    r"|(?P<colon>:(?=\s))"
    r"|(?P<plus>[&+])"
)
# "giv" of giving and "cod" of coding want their e back; "car" and "care" must stay apart.
_SHORT_VOWEL = re.compile(r"[^aeiou][aeiou][^aeiouwxy]")
_DRAWLED = re.compile(r"([a-z])\1{2,}")
_COMMAND = re.compile(r"\s*/[a-z]+\b")
_CONTRACTED = frozenset({"m", "re", "ve", "ll", "d", "s"})
_IRREGULAR = {
    "ran": "run", "using": "use", "used": "use", "uses": "use", "wrote": "write", "written": "write",
    "built": "build", "kept": "keep", "paid": "pay", "spent": "spend", "cheaper": "cheap",
    "cheapest": "cheap", "gave": "give", "given": "give", "held": "hold", "grew": "grow",
    "grown": "grow", "shrunk": "shrink", "shrank": "shrink", "gpus": "gpu", "cpus": "cpu", "dbs": "db",
    "vms": "vm", "children": "child", "dying": "die", "dead": "dead", "died": "die", "data": "data",
    "indices": "index", "indexes": "index", "sought": "seek", "brought": "bring", "chose": "choose",
    "costing": "cost", "lowering": "low", "lower": "low", "lowered": "low", "slower": "slow",
    "slowest": "slow", "bigger": "big", "smaller": "small", "fewer": "few", "apis": "api",
}  # fmt: skip

# "Who has which rights" and "the right index" have nothing in common, nor have "my roles" and "my role".
_KEPT = frozenset({"rights", "roles"})


class Word(NamedTuple):
    """One word of a text: as it was typed, in plain small letters, its stem, and what stands before it.

    `before` is "." where a sentence starts, "," after a pause, ":" after a colon, and "" elsewhere.
    """

    said: str
    plain: str
    stem: str
    before: str


def read_words(text: str) -> list[Word]:
    """The words of a text's first READ_LIMIT characters. A leading slash command is left out."""
    text = text[:READ_LIMIT]
    command = _COMMAND.match(text)
    before = "."
    words: list[Word] = []
    for piece in _PIECES.finditer(text, command.end() if command else 0):
        kind = piece.lastgroup
        if kind == "word":
            said = piece.group()
            plain = fold(said)
            words.append(Word(said, plain, stem(plain), before))
            before = ""
        elif kind == "plus":
            words.append(Word(piece.group(), "and", "and", before))
            before = ""
        elif kind == "stop":
            before = "."
        elif kind == "colon" and not before:
            before = ":"
        elif kind == "pause" and before != ".":
            before = ","
    return words


@lru_cache(maxsize=8192)
def fold(said: str) -> str:
    """A typed word in plain small letters; "I've" is "i", "don't" is "dont", "node's" is "node"."""
    if not said.isascii():
        said = unicodedata.normalize("NFKD", said)
        said = "".join(char for char in said if not unicodedata.combining(char))
    plain = said.casefold().replace("’", "'").replace("`", "'").replace("´", "'")
    head, _, tail = plain.rpartition("'")
    if head and tail in _CONTRACTED:
        plain = head
    return _DRAWLED.sub(r"\1", plain.replace("'", ""))


@lru_cache(maxsize=8192)
def stem(plain: str) -> str:
    """The part that a word shares with its other forms: "scal" for scale, scales, scaled and scaling."""
    if plain in _IRREGULAR:
        plain = _IRREGULAR[plain]
    if len(plain) < 4 or plain in _KEPT or not plain.isalpha():
        return plain
    plain = _drop_tense(_drop_plural(_americanize(plain)))
    if len(plain) > 4 and plain.endswith("e"):
        plain = plain[:-1]
    return plain[:-1] + "i" if len(plain) > 3 and plain.endswith("y") else plain


def _americanize(plain: str) -> str:
    for british, american in (("isation", "ization"), ("ise", "ize"), ("ising", "izing"), ("ised", "ized")):
        if len(plain) > 7 and british in plain[-9:] and plain.endswith((british, british + "s")):
            return plain.replace(british, american)
    return plain


def _drop_plural(plain: str) -> str:
    if plain.endswith(("sses", "ches", "shes", "xes")):
        return plain[:-2]
    if plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        return plain[:-1] if not plain.endswith("ies") else plain[:-3] + "y"
    return plain


def _drop_tense(plain: str) -> str:
    for ending, least in (("ing", 6), ("ed", 5)):
        if len(plain) >= least and plain.endswith(ending):
            rest = plain[: -len(ending)]
            if not any(vowel in rest for vowel in "aeiouy"):
                return plain
            doubled = len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lszaeiou"
            if doubled:
                return rest[:-1]
            return rest + "e" if _SHORT_VOWEL.fullmatch(rest) else rest
    return plain


def measure_distance(left: str, right: str, limit: int) -> int:
    """Letters to add, drop, change or swap with a neighbour; `limit + 1` stands for anything above it."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    older: list[int] = []
    above = list(range(len(right) + 1))
    for row, char in enumerate(left, 1):
        line = [row]
        for column, other in enumerate(right, 1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (char != other))
            if row > 1 and column > 1 and char == right[column - 2] and other == left[row - 2]:
                cost = min(cost, older[column - 2] + 1)
            line.append(cost)
        if min(line) > limit:
            return limit + 1
        older, above = above, line
    return min(above[-1], limit + 1)
