"""Files of weekly goals that must be refused, each with where and what is said about it."""

from pathlib import Path

from tests.data.curriculum_folder import GOALS
from tests.data.hostile_files import Hostile, change, write


def in_goals(name: str, line: int, says: str, old: str, new: str) -> Hostile:
    return Hostile(name, "goals/patterns.yaml", line, says, change("goals/patterns.yaml", old, new))


def in_order(name: str, line: int, says: str, old: str, new: str) -> Hostile:
    return Hostile(name, "goals/order.yaml", line, says, change("goals/order.yaml", old, new))


def in_aliases(name: str, line: int, says: str, text: str) -> Hostile:
    return Hostile(name, "goals/aliases.yaml", line, says, write("goals/aliases.yaml", text))


def without(name: str, file: str) -> Hostile:
    def do(root: Path) -> None:
        (root / file).unlink()

    return Hostile(name, file, None, "missing", do)


HOSTILE_GOALS = (
    in_goals("six hours", 14, "at most 5", "hours: 5", "hours: 6"),
    in_goals("no hours at all", 5, "at least 1", "hours: 2", "hours: 0"),
    in_goals("half an hour", 5, "whole number", "hours: 2", "hours: 2.5"),
    in_goals("no kind", 2, "`kind` is missing", "    kind: core\n", ""),
    in_goals("an unknown kind", 6, "one of", "kind: core", "kind: must"),
    in_goals("builds perhaps", 7, "true or false", "builds: false", "builds: perhaps"),
    in_goals("grows nothing", 8, "too few", "{embeddings: 1}", "{}"),
    in_goals("grows to four", 8, "at most 3", "{embeddings: 1}", "{embeddings: 4}"),
    in_goals("grows to nothing", 8, "at least 1", "{embeddings: 1}", "{embeddings: 0}"),
    in_goals("grows an unknown gap", 8, "skills.yaml", "{embeddings: 1}", "{embedding: 1}"),
    in_goals("unknown evidence", 9, "one of", "[notebook, repository]", "[rumour]"),
    in_goals("a goal's unknown source", 10, "sources.yaml", "sources: [paper]", "sources: [pape]"),
    in_goals("a goal's title too long", 3, "longer", "Search a few texts", "x" * 71),
    in_goals("a goal's text too long", 4, "longer", "Embed ten texts.", "x" * 420),
    in_goals("HTML in a goal", 4, "HTML", "Embed ten texts.", "<b>Embed</b>."),
    in_goals("one id for two goals", 11, "twice", "own-store", "first-search"),
    Hostile("one id in two files", "goals/second.yaml", 2, "as well", write("goals/second.yaml", GOALS)),
    in_order("an order without goals", 2, "goals/", "first-search", "last-search"),
    in_order("an order of no track", 1, "tracks/", "cloud", "sky"),
    in_order("an order of no objective", 3, "cloud.yaml", "patterns.b", "patterns.c"),
    in_order("a goal at two objectives", 3, "already", "[own-store]", "[first-search]"),
    in_order("a goal twice at one", 3, "already", "[own-store]", "[own-store, own-store]"),
    without("no order", "goals/order.yaml"),
    without("no aliases", "goals/aliases.yaml"),
    in_aliases("an alias of nothing", 1, "no goal", "one: gone\n"),
    in_aliases("an alias of an alias", 2, "old id", "one: own-store\ntwo: one\n"),
    in_aliases("an alias of itself", 1, "old id", "one: one\n"),
    in_aliases("aliases in a ring", 1, "old id", "one: two\ntwo: one\n"),
    in_aliases("an alias over a goal", 1, "id of a goal", "own-store: first-search\n"),
)
