"""A small content folder in which everything is right, for tests that break one thing in it."""

from pathlib import Path

LEVELS = "".join(f"{{name: Level {number}, looks_like: Like this.}}, " for number in range(4))
SKILLS = f"""\
skills:
  - id: databases
    name: Databases
    application: Vector search
    carries_over: You run them well.
    levels: [{LEVELS}]
    sources: []
    gap:
      id: embeddings
      name: Embeddings
      summary: How texts become vectors.
      levels: [{LEVELS}]
      objectives: [patterns.b]
"""
SOURCES = """\
paper:
  title: A paper
  url: https://example.org/paper
  edition: 2024
  checked_on: 2026-11-23
  checked: stored
talk:
  title: A talk
  edition: second edition
"""
CHALLENGES = """\
data-quality:
  name: Ignoring data quality
  summary: Poor data sinks projects.
"""
FIGURES = """\
pay:
  says: People earn
  value: $1-$2
  source: talk
  edition: 2024
"""
TRACK = """\
name: Cloud to AI
from_role: Cloud engineer
to_role: AI engineer
summary: A way.
strengths:
  cost:
    name: Cost
    says: You know cost.
phases:
  patterns:
    name: Patterns
    weeks: [4, 6]
    objectives:
      a: Use the patterns.
      b: Connect a store.
"""
TIP = """\
---
title: One mistake
challenge: data-quality
sources: [paper]
---
The mistake goes
over two lines.

The sign.

**Instead** do this.

- and _this_
- and `that`
"""
PAGE = """\
---
title: A page
summary: What it says.
aliases: [one, two]
sources: [paper, talk]
figures: [pay]
---
A paragraph with a [link](https://example.org/a_b).
"""
GOALS = """\
goals:
  first-search:
    title: Search a few texts
    does: Embed ten texts. **Done when** one finds its neighbour.
    hours: 2
    kind: core
    builds: false
    grows: {embeddings: 1}
    evidence: [notebook, repository]
    sources: [paper]
  own-store:
    title: Fill a store of your own
    does: Fill it. **Done when** it answers.
    hours: 5
    kind: stretch
    builds: false
    grows: {embeddings: 2}
    evidence: [repository]
    sources: [paper, talk]
"""
ORDER = """\
cloud:
  patterns.a: [first-search]
  patterns.b: [own-store]
"""
ALIASES = "oldest-search: first-search\n"
GOOD = {
    "README.md": "# How to write\n",
    "cities.csv": "name,country,zone\nLisbon,Portugal,Europe/Lisbon\n",
    "skills.yaml": SKILLS,
    "sources.yaml": SOURCES,
    "challenges.yaml": CHALLENGES,
    "figures.yaml": FIGURES,
    "tracks/cloud.yaml": TRACK,
    "goals/patterns.yaml": GOALS,
    "goals/order.yaml": ORDER,
    "goals/aliases.yaml": ALIASES,
    "tips/one.md": TIP,
    "guide/page.md": PAGE,
}


def make_folder(root: Path) -> Path:
    """A small content folder that loads."""
    for name, text in GOOD.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root
