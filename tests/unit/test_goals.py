"""Goals and the links that show them done."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.goals import EVIDENCE_KINDS, URL_LIMIT, Goal, check_evidence_kind, check_evidence_url
from bot.core.errors import InvalidInput
from tests.properties.plan_values import patient


def goal(**changed: object) -> Goal:
    fields: dict[str, object] = {
        "id": "patterns.b.store",
        "title": "Fill a store",
        "does": "Index ten documents.",
        "hours": 3,
        "core": True,
        "builds": False,
        "grows": (("vectors", 1),),
        "evidence": ("repository", "notebook"),
        "sources": (),
    }
    return Goal(**{**fields, **changed})  # type: ignore[arg-type]  # the fields are checked by the tests below


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": 0},
        {"hours": 6},
        {"grows": (("vectors", 0),)},
        {"grows": (("vectors", 4),)},
        {"evidence": ("screenshot",)},
    ],
)
def test_a_goal_out_of_range_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"patterns\.b\.store"):
        goal(**wrong)


@pytest.mark.parametrize(
    ("core", "builds", "stretch"),
    [(True, False, False), (False, True, False), (True, True, False), (False, False, True)],
)
def test_only_what_neither_is_core_nor_builds_is_stretch(core: bool, builds: bool, stretch: bool) -> None:
    assert goal(core=core, builds=builds).stretch is stretch


def test_a_goal_accepts_only_its_own_kinds_of_evidence() -> None:
    assert check_evidence_kind(goal(), "notebook") == "notebook"
    for kind in {*EVIDENCE_KINDS, "", "Notebook"} - {"repository", "notebook"}:
        with pytest.raises(InvalidInput) as refused:
            check_evidence_kind(goal(), kind)
        assert refused.value.facts == {"kinds": "repository, notebook"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://github.com/ada/rag", "https://github.com/ada/rag"),
        ("  HTTPS://GitHub.COM/Ada/RAG  ", "https://github.com/Ada/RAG"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org.:443/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://git.example.org:8443/a", "https://git.example.org:8443/a"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://example.org/<@U1>|x", "https://example.org/%3C@U1%3E%7Cx"),
        ("https://example.org/50%/%41", "https://example.org/50%25/%41"),
    ],
)
def test_links_are_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert check_evidence_url(typed) == kept
    assert check_evidence_url(kept) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "evidence.link"),
        ("github.com/ada", "evidence.link"),
        ("http://github.com/ada", "evidence.link"),
        ("javascript:alert(1)", "evidence.link"),
        ("https:/github.com", "evidence.link"),
        ("https://", "evidence.link"),
        ("https://exa mple.org", "evidence.link"),
        ("https://example.org/a\nb", "evidence.link"),
        ("https://example.org\\@evil.example", "evidence.link"),
        ("https://example.org/\u202eb", "evidence.link"),
        ("https://example.org:99999/", "evidence.link"),
        ("https://example.org:0/", "evidence.link"),
        ("https://[::1", "evidence.link"),
        ("https://example.org/\ud800", "evidence.link"),
        ("https://ada@example.org/", "evidence.login"),
        ("https://ada:pw@example.org/", "evidence.login"),
        ("https://@example.org/", "evidence.login"),
        ("https://localhost/", "evidence.host"),
        ("https://localhost.:8000/", "evidence.host"),
        ("https://build/", "evidence.host"),
        ("https://printer.local/", "evidence.host"),
        ("https://127.0.0.1/", "evidence.host"),
        ("https://[::1]/", "evidence.host"),
        ("https://[fe80::1]/", "evidence.host"),
        ("https://2130706433/", "evidence.host"),
        ("https://0x7f.1/", "evidence.host"),
        ("https://127.0.0.0x1/", "evidence.host"),
        ("https://１２７.0.0.1/", "evidence.host"),
        ("https://%6c.example/", "evidence.host"),
        ("https://a..example/", "evidence.host"),
        ("https://.example/", "evidence.host"),
        ("https://" + "a" * 64 + ".example/", "evidence.host"),
        ("https://:443/", "evidence.host"),
        ("https://example.org/" + "a" * URL_LIMIT, "evidence.long"),
        ("https://example.org/" + "ü" * 100, "evidence.long"),
    ],
)
def test_other_links_are_refused(typed: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_evidence_url(typed)
    assert refused.value.reason == reason


def test_a_link_may_be_exactly_as_long_as_the_limit() -> None:
    url = "https://example.org/".ljust(URL_LIMIT, "a")
    assert check_evidence_url(url) == url


TYPED = st.text(alphabet=st.sampled_from("aZ0.-_~:/?#[]@!$&'()*+,;=% <>|`\\\"ü。\u200b\n\ud800"), max_size=40)


@patient
@given(TYPED | st.text(max_size=40))
def test_whatever_is_kept_is_plain_ascii_on_https_and_stays_as_it_is(typed: str) -> None:
    try:
        kept = check_evidence_url(f"https://example.org{typed}")
    except InvalidInput:
        return
    parts = urlsplit(kept)
    assert parts.scheme == "https"
    assert parts.username is None
    assert kept.isascii()
    assert kept.isprintable()
    assert not set(kept) & set(' <>|`\\"')
    assert check_evidence_url(kept) == kept
