"""Guide pages: their points, their names."""

from bot.core.domain.guide import Page
from bot.core.domain.topics import find_topic

STRENGTHS = Page(
    "strengths",
    "Five strengths you bring along",
    "What carries over.",
    ("You bring:", "- **One**: first\n- **Two**: second - with a dash", "And then some.\nnot - a point"),
    (),
    ("advantages", "what do I bring"),
)
FIGURES = Page("figures", "Figures, with their sources", "Numbers.", ("Text.",), (), ("salary", "money"))


def test_points_are_the_items_of_the_page_in_order() -> None:
    assert STRENGTHS.points == ("**One**: first", "**Two**: second - with a dash")


def test_a_page_without_a_list_has_no_points() -> None:
    assert FIGURES.points == ()


def test_pages_are_found_by_title_alias_and_id() -> None:
    pages = (STRENGTHS, FIGURES)
    assert find_topic(pages, "strengths") == STRENGTHS
    assert find_topic(pages, "What do I bring?") == STRENGTHS
    assert find_topic(pages, "money") == FIGURES
    assert find_topic(pages, "five strengths") == STRENGTHS
    assert find_topic(pages, "weather") is None
