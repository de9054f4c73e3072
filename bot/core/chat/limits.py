"""How a value that a platform would refuse is never built."""

from bot.core.chat.markup import is_drawable, is_visible


def require(holds: bool, rule: str) -> None:
    """Raises ValueError that tells the rule, unless it holds."""
    if not holds:
        raise ValueError(f"it keeps this limit: {rule}")


def require_line(text: str, what: str) -> None:
    """Raises ValueError unless the text stands on one line, with something to see in it."""
    fits = is_visible(text) and is_drawable(text) and "\n" not in text
    require(fits, f"{what} on one line, not empty: {text!r}")
