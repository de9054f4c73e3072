from hypothesis import given
from hypothesis import strategies as st

from bot.core.chat.markup import Line, Span, clip, drawn_length, read_lines, read_spans, without_marks


def test_spans_of_our_markdown() -> None:
    assert read_spans("a **b** _c_ `d` [e](https://f.example/g) h") == (
        Span("a "),
        Span("b", "bold"),
        Span(" "),
        Span("c", "italic"),
        Span(" "),
        Span("d", "code"),
        Span(" "),
        Span("e", "link", "https://f.example/g"),
        Span(" h"),
    )


def test_what_is_not_in_the_subset_is_literal() -> None:
    for text in (
        "snake_case_name",
        "2 * 3 * 4",
        "[a](http://b.example)",
        "[a](javascript:b)",
        "# c",
        "**",
        "__",
    ):
        assert read_spans(text) == (Span(text),)


def test_lines_and_bullets() -> None:
    assert read_lines("a\n- b\n\n-c") == (
        Line((Span("a"),)),
        Line((Span("b"),), bullet=True),
        Line(()),
        Line((Span("-c"),)),
    )


def test_without_marks_a_link_keeps_its_address() -> None:
    text = "- **Read** [this](https://a.example)\nthen `go`"
    assert without_marks(text) == "- Read this (https://a.example)\nthen go"


@given(st.text())
def test_no_text_is_lost_between_the_marks(text: str) -> None:
    for span in read_spans(text.replace("\n", " ")):
        assert span.text
        assert span.text in text.replace("\n", " ")


@given(st.text(max_size=60), st.integers(1, 60))
def test_a_clipped_text_fits(text: str, room: int) -> None:
    clipped = clip(text, room)
    assert drawn_length(clipped) <= room
    assert clipped == text or clipped.endswith("…")


def test_length_is_counted_as_the_worse_platform_writes_it() -> None:
    assert drawn_length("a&b") == len("a&amp;b")
    assert drawn_length("a<b") == len("a&lt;b")
    assert drawn_length("a*b") == len("a\\*b")
    assert drawn_length("🪨") == 2
