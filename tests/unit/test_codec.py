import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chat.codec import ID_LIMIT, Action, ActionId, decode, encode
from bot.core.errors import InvalidInput

ARGS = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=3)


@given(ARGS)
def test_an_id_survives_the_round_trip(args: list[str]) -> None:
    action = ActionId("goal.done", tuple(args))
    try:
        text = encode(action)
    except ValueError:
        return
    assert len(text) <= ID_LIMIT
    assert decode(text) == action


def test_an_id_reads_as_its_meaning() -> None:
    assert encode(Action("goal.done", "goal_id")(42)) == "goal.done:42"
    assert encode(Action("skill.show", "skill_id")("iam-secrets")) == "skill.show:iam-secrets"


def test_an_id_fits_or_is_never_made() -> None:
    action = Action("goal.done", "goal_id")
    assert len(encode(action("x" * 90))) == ID_LIMIT
    with pytest.raises(ValueError, match="101 characters"):
        encode(action("x" * 91))


@given(st.text(max_size=120))
def test_whatever_comes_in_is_read_or_refused(text: str) -> None:
    try:
        action = decode(text)
    except InvalidInput:
        return
    assert encode(action) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "goal",
        "goal.done:%zz",
        "goal.done:a b",
        "Goal.done",
        "goal.done:" + "x" * 91,
        "goal.done:%41",
        "a.b\n",
    ],
)
def test_what_was_never_written_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        decode(text)


def test_an_action_takes_what_it_declares() -> None:
    action = Action("tip.next", "challenge_id")
    assert action.select() == ActionId("tip.next")
    with pytest.raises(ValueError, match="takes 1 arguments, not 0"):
        action()
    with pytest.raises(ValueError, match=r"a select of tip\.next takes 0"):
        action.select("a")
    with pytest.raises(ValueError, match=r"word\.verb"):
        Action("next")
