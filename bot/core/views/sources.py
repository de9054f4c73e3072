"""Where a statement comes from, and when somebody last looked."""

from collections.abc import Iterable

from bot.core.chat.markup import drawn_length
from bot.core.chat.message import Text
from bot.core.chat.part import Markdown
from bot.core.domain.skills import Source


def source_line(source: Source) -> str:
    """One source in our Markdown: a link where there is one, its edition, and how fresh the look at it is."""
    title = f"[{source.title}]({source.url})" if source.url else source.title
    edition = f", {source.edition}" if source.edition else ""
    return f"{title}{edition} · {_checked(source)}"


def sources_text(sources: Iterable[Source], room: int) -> Text:
    """The sources, each once, as many as fit into `room` drawn characters (the first always does)."""
    lines = tuple(dict.fromkeys(f"- {source_line(source)}" for source in sources))
    shown = ["**Sources**"]
    for line in lines:
        if len(shown) > 1 and drawn_length("\n".join((*shown, line))) > room:
            break
        shown.append(line)
    return Text((Markdown("\n".join(shown)),))


def _checked(source: Source) -> str:
    if source.checked_on is None:
        return "not checked yet"
    how = "in a stored copy" if source.checked == "stored" else "live"
    return f"checked {source.checked_on.isoformat()} {how}"
