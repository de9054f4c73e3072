"""Words, stems, spellings and the sure rules about them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.domain.typos import TypoIndex
from bot.core.domain.wording import READ_LIMIT, fold, measure_distance, read_words, stem

letters = st.text("abcde", max_size=8)


def test_words_know_what_stands_before_them() -> None:
    words = read_words("/skillgap No IAM, but RDS. And: EKS")
    assert [(word.plain, word.before) for word in words] == [
        ("no", "."), ("iam", ""), ("but", ","), ("rds", ""), ("and", "."), ("eks", ":"),
    ]  # fmt: skip


def test_only_the_start_of_a_long_text_is_read() -> None:
    assert sum(len(word.said) + 1 for word in read_words("pod " * 10_000)) <= READ_LIMIT


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Don’t", "dont"),
        ("I've", "i"),
        ("node's", "node"),
        ("Ärger", "arger"),
        ("soooo", "so"),
        ("Ｋ８ｓ", "k8s"),
    ],
)
def test_fold(said: str, plain: str) -> None:
    assert fold(said) == plain


@pytest.mark.parametrize(
    "forms",
    [
        ("scale", "scales", "scaled", "scaling"), ("policy", "policies"), ("run", "running", "ran"),
        ("optimization", "optimisation"), ("patch", "patches", "patching"), ("give", "giving", "gave"),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("pair", [("rights", "right"), ("roles", "role"), ("aws", "aw"), ("eks", "ek")])
def test_these_forms_stay_apart(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) != stem(pair[1])


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [("terrafrom", "terraform", 1), ("dokcer", "docker", 1), ("form", "terraform", 3), ("same", "same", 0)],
)
def test_distance(left: str, right: str, distance: int) -> None:
    assert measure_distance(left, right, 2) == distance


@given(letters, letters)
@settings(max_examples=200, deadline=None)
def test_distance_is_symmetric_and_zero_only_for_equals(left: str, right: str) -> None:
    distance = measure_distance(left, right, 3)
    assert distance == measure_distance(right, left, 3)
    assert (distance == 0) == (left == right)


INDEX = TypoIndex(
    {each: each for each in ("kubernetes", "terraform", "helm", "docker", "vault", "prompt", "promote")},
    frozenset({"prompt"}),
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kubirnetis", "kubernetes"), ("terrafrom", "terraform"), ("hlem", "helm"), ("valt", "vault"),
        ("promt", "prompt"), ("help", None), ("form", None), ("rocker", None), ("iam", None),
        ("x" * 500, None),
    ],
)  # fmt: skip
def test_typos(typed: str, meant: str | None) -> None:
    assert INDEX.find(typed) == meant


@given(st.sampled_from(["kubernetes", "terraform"]), st.data())
@settings(max_examples=200, deadline=None)
def test_one_letter_dropped_inside_a_long_word_is_found(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 1))
    assert INDEX.find(word[:at] + word[at + 1 :]) == word
