"""The kinds of text that content files hold, as types that pydantic checks. All limits live here."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from bot.core.chat.markup import drawn_length, read_spans
from bot.core.chat.message import TEXT_LIMIT, TITLE_LIMIT
from bot.curriculum.links import check_url
from bot.curriculum.markdown import check_markdown

BODY_LIMIT = 8_000
_MOST_GROWTH = 5  # "&" is written as an entity; asking this first spares a look at every character
_NAME = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
_ONE_LINE = r"^[^\n]+$"


def _require_plain(text: str) -> str:
    if check_markdown(text, "") or any(span.style for span in read_spans(text)):
        raise ValueError("it must be plain words, without any markup or address")
    return text


def _require_markdown(text: str) -> str:
    for problem in check_markdown(text, ""):
        raise ValueError(f"{problem.says} {problem.remedy}")
    return text


def fits_block(text: str) -> bool:
    """Whether a text fits into one block of a message, however much its characters grow when drawn."""
    return len(text) * _MOST_GROWTH <= TEXT_LIMIT or drawn_length(text) <= TEXT_LIMIT


def _require_url(url: str) -> str:
    if wrong := check_url(url):
        raise ValueError(wrong)
    return url


Id = Annotated[str, StringConstraints(pattern=_NAME, max_length=40)]
"""Small letters, digits and single hyphens: "cost-optimization"."""

ObjectiveId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z]$", max_length=42)]
"""A phase and a letter: "patterns.b"."""

Name = Annotated[str, StringConstraints(pattern=_ONE_LINE, max_length=80), AfterValidator(_require_plain)]
"""A short name in plain words."""

Title = Annotated[
    str, StringConstraints(pattern=_ONE_LINE, max_length=TITLE_LIMIT), AfterValidator(_require_plain)
]
"""A message's title in plain words."""

Sentence = Annotated[
    str, StringConstraints(pattern=_ONE_LINE, max_length=300), AfterValidator(_require_markdown)
]
"""One or two sentences, in our Markdown, on one line."""

GoalTitle = Annotated[
    str, StringConstraints(pattern=_ONE_LINE, max_length=70), AfterValidator(_require_plain)
]
"""What a goal asks for, in plain words."""

GoalText = Annotated[
    str, StringConstraints(pattern=_ONE_LINE, max_length=420), AfterValidator(_require_markdown)
]
"""A goal's text, in our Markdown, on one line: what to do, and how one knows that it is done."""

Label = Annotated[str, StringConstraints(pattern=_ONE_LINE, max_length=120), AfterValidator(_require_plain)]
"""What something is called elsewhere, as it stands there: an edition, a value with its currency."""

Alias = Annotated[str, StringConstraints(pattern=_ONE_LINE, min_length=1, max_length=80)]
"""Words that people may type; never shown as markup."""

Cue = Annotated[str, StringConstraints(pattern=_ONE_LINE, min_length=1, max_length=800)]
"""Groups of words that mean something together: "cut|reduce & bill"."""

Url = Annotated[str, AfterValidator(_require_url)]
"""An https address."""
