"""A call that waits is the same call when its time comes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chat.call import Call, Caller, Pressed, ReplyTo, Space, Submitted, Typed
from bot.core.chat.call_codec import read_call, write_call
from bot.core.ids import FOREIGN_ID_LIMIT, PLATFORMS, Address

# Whatever Python can hold: lone surrogates and NUL too, which come in before anything is cleaned.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=40)
ADDRESSES = st.builds(
    Address,
    st.sampled_from(PLATFORMS),
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=FOREIGN_ID_LIMIT),
)
SOME = st.lists(TEXTS, max_size=4).map(tuple)
WHATS = st.one_of(
    st.builds(Typed, TEXTS, st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.booleans()))),
    st.builds(Pressed, TEXTS, st.none() | TEXTS),
    st.builds(Submitted, TEXTS, st.dictionaries(TEXTS, st.one_of(TEXTS, SOME))),
)
CALLS = st.builds(
    Call,
    TEXTS,
    st.builds(Space, ADDRESSES, TEXTS),
    st.builds(Caller, ADDRESSES, TEXTS, st.booleans(), TEXTS, TEXTS, SOME),
    WHATS,
    st.builds(
        ReplyTo,
        st.none() | ADDRESSES,
        st.none() | ADDRESSES,
        st.sampled_from((None, True, False)),
        SOME,
        TEXTS,
        st.booleans(),
    ),
)
CALL = Call(
    "1.T1.U1",
    Space(Address("slack", "T1"), "Ridge"),
    Caller(Address("slack", "U1"), "Ada"),
    Typed("plan pace", {"hours": 6}),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(TEXTS, inner, max_size=3),
)


@given(CALLS)
def test_a_call_survives_the_round_trip(call: Call) -> None:
    written = write_call(call)
    assert written.isascii()
    assert "\n" not in written
    again = read_call(written)
    assert again == call
    # 1 == True to Python, and a handler's option is not.
    assert repr(again) == repr(call)


@given(st.one_of(TEXTS, JSON.map(json.dumps)))
def test_nothing_else_is_read(text: str) -> None:
    with pytest.raises(ValueError):
        read_call(text)


@given(st.data())
def test_a_part_of_another_kind_is_refused_or_reads_as_it_is_written(data: st.DataObject) -> None:
    parts = json.loads(write_call(CALL))
    parts[data.draw(st.integers(0, len(parts) - 1))] = data.draw(JSON)
    text = json.dumps(parts, separators=(",", ":"))
    try:
        call = read_call(text)
    except ValueError:
        return
    assert write_call(call) == text


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000, write_call(CALL)[:-1], write_call(CALL) + "x"])
def test_what_was_cut_or_grew_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_call(text)
