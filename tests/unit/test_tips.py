"""Which tip comes next, and what a typed topic means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.tips import Challenge, Tip, choose_for_phase, choose_tip
from bot.core.domain.topics import find_topic


def tip(tip_id: str, challenge: str = "data-quality") -> Tip:
    return Tip(tip_id, challenge, f"Title of {tip_id}", "mistake", "sign", "instead", ())


def pool(size: int) -> tuple[Tip, ...]:
    return tuple(tip(f"tip-{number:02}") for number in range(size))


@given(size=st.integers(1, 12), rounds=st.integers(1, 4), numbers=st.data())
def test_every_tip_comes_once_in_each_round(size: int, rounds: int, numbers: st.DataObject) -> None:
    tips, seen = pool(size), list[str]()
    for _ in range(size * rounds):
        number = numbers.draw(st.integers(-(2**40), 2**40))
        seen.append(choose_tip(tips, seen, number).id)
    for start in range(0, len(seen), size):
        assert len(set(seen[start : start + size])) == size


@given(size=st.integers(1, 12), seen=st.lists(st.integers(0, 15)), number=st.integers())
def test_a_repeat_is_the_one_least_recently_seen(size: int, seen: list[int], number: int) -> None:
    tips, ids = pool(size), [f"tip-{each:02}" for each in seen]
    chosen = choose_tip(tips, ids, number)
    if chosen.id not in ids:
        return
    assert {each.id for each in tips} <= set(ids), "a fresh tip was left"
    since = ids[::-1].index(chosen.id)
    assert all(ids[::-1].index(each.id) <= since for each in tips)


@given(size=st.integers(1, 12), seen=st.lists(st.integers(0, 15)), number=st.integers(), data=st.data())
def test_the_order_of_the_pool_does_not_matter(
    size: int, seen: list[int], number: int, data: st.DataObject
) -> None:
    tips, ids = pool(size), [f"tip-{each:02}" for each in seen]
    shuffled = data.draw(st.permutations(tips))
    assert choose_tip(shuffled, ids, number) == choose_tip(tips, ids, number)


def test_different_members_start_with_different_tips() -> None:
    assert len({choose_tip(pool(6), (), number).id for number in range(6)}) == 6


def test_tips_that_were_taken_out_of_the_content_are_ignored() -> None:
    assert choose_tip(pool(2), ("gone", "tip-00", "gone"), 7).id == "tip-01"


def test_a_new_tip_comes_before_any_repeat() -> None:
    seen = [each.id for each in pool(5)]
    assert choose_tip((*pool(5), tip("brand-new")), seen, 3).id == "brand-new"


def test_an_empty_pool_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no tip"):
        choose_tip((), (), 1)


CHALLENGES = (
    Challenge("deterministic-models", "Treating models as deterministic", "", ("randomness", "evals")),
    Challenge("data-quality", "Ignoring data quality", "", ("bad data", "privacy")),
    Challenge("tool-fixation", "Tool fixation", "", ("frameworks",)),
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("data-quality", "data-quality"),
        ("Data Quality", "data-quality"),
        ("  data_quality! ", "data-quality"),
        ("ignoring", "data-quality"),
        ("FRAMEWORKS", "tool-fixation"),
        ("deterministic", "deterministic-models"),
        ("quality", "data-quality"),
        ("models treating", "deterministic-models"),
        ("", None),
        ("?!", None),
        ("gardening", None),
    ],
)
def test_topics_are_found_by_any_of_their_names(typed: str, found: str | None) -> None:
    topic = find_topic(CHALLENGES, typed)
    assert (topic.id if topic else None) == found


def test_a_beginning_that_two_topics_share_finds_neither() -> None:
    twins = (Challenge("cost-one", "One", ""), Challenge("cost-two", "Two", ""))
    assert find_topic(twins, "cost") is None
    assert find_topic(twins, "cost one") == twins[0]


@given(st.text(max_size=60))
def test_any_text_can_be_asked_for(text: str) -> None:
    assert find_topic(CHALLENGES, text) in (*CHALLENGES, None)


@given(st.sampled_from(CHALLENGES), st.data())
def test_every_name_finds_its_own_topic(challenge: Challenge, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(challenge.names))
    assert find_topic(CHALLENGES, name.upper()) == challenge


@given(
    sizes=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    phase=st.sampled_from([None, "patterns", "production"]),
    rounds=st.integers(1, 3),
    number=st.integers(),
)
def test_a_cohort_gets_the_tips_of_its_phase_first_and_all_of_them_in_each_round(
    sizes: tuple[int, int], phase: str | None, rounds: int, number: int
) -> None:
    early = tuple(tip(f"early-{one}", "early") for one in range(sizes[0]))
    late = tuple(tip(f"late-{one}", "late") for one in range(sizes[1]))
    challenges = (
        Challenge("early", "Early", "x", phases=("patterns",)),
        Challenge("late", "Late", "x", phases=("production",)),
    )
    seen: list[str] = []
    for turn in range(rounds * sum(sizes)):
        seen.append(choose_for_phase((*early, *late), challenges, phase, seen, number + turn).id)
    for start in range(0, len(seen), sum(sizes)):
        assert len(set(seen[start : start + sum(sizes)])) == sum(sizes)
    fitting = {"patterns": early, "production": late}.get(phase or "", ())
    assert {one.id for one in fitting} == set(seen[: len(fitting)])


def test_a_challenge_without_phases_fits_all() -> None:
    challenges = (Challenge("any", "Any", "x"), Challenge("late", "Late", "x", phases=("production",)))
    tips = (tip("a", "any"), tip("b", "late"))
    assert choose_for_phase(tips, challenges, "patterns", (), 1).id == "a"
    assert choose_for_phase(tips, challenges, "patterns", ("a",), 0).id == "b"
    assert choose_for_phase(tips, challenges, "patterns", ("a", "b"), 0).id == "a"
