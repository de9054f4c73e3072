"""Content files: what loads, and how hostile or broken ones are refused with file, line and remedy."""

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.domain.skills import Source
from bot.core.errors import ContentError, Problem
from bot.curriculum.links import check_url
from bot.curriculum.lint import check_folder
from bot.curriculum.load import find_unread, load_content, load_with_places, source_key
from bot.curriculum.markdown import check_markdown, split_paragraphs
from bot.curriculum.yaml_tree import read_yaml
from tests.data.curriculum_folder import CHALLENGES, FIGURES, PAGE, TIP, make_folder
from tests.data.hostile_files import HOSTILE, Hostile, change, tip_line
from tests.data.hostile_goals import HOSTILE_GOALS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "content")


def problems_of(root: Path) -> tuple[Problem, ...]:
    with pytest.raises(ContentError) as caught:
        load_content(root)
    return caught.value.problems


def test_a_small_folder_loads_whole(folder: Path) -> None:
    content = load_content(folder)
    assert content.counts() == {
        "skills": 1,
        "tracks": 1,
        "phases": 1,
        "objectives": 2,
        "goals": 2,
        "challenges": 1,
        "tips": 1,
        "pages": 1,
        "figures": 1,
    }
    (tip,) = content.tips
    assert (tip.id, tip.mistake, tip.sign) == ("one", "The mistake goes over two lines.", "The sign.")
    assert tip.instead == "**Instead** do this.\n\n- and _this_\n- and `that`"
    assert tip.sources[0].checked_on == date(2026, 11, 23)
    assert tip.sources[0].edition == "2024"
    assert [each.id for each in content.tracks[0].objectives] == ["patterns.a", "patterns.b"]
    assert content.pages[0].figures == content.figures
    assert content.pages[0].aliases == ("one", "two")


def test_every_thing_has_a_place(folder: Path) -> None:
    places = load_with_places(folder).places
    assert (places["tip", "one"].file, places["tip", "one"].line) == ("tips/one.md", 2)
    talk = source_key(Source("A talk", "", "second edition"))
    assert (places["source", talk].file, places["source", talk].line) == ("sources.yaml", 7)
    place = places["objective", "cloud:patterns.b"]
    assert (place.file, place.line) == ("tracks/cloud.yaml", 15)


def test_the_version_follows_the_files(folder: Path) -> None:
    before = load_content(folder).version
    assert load_content(folder).version == before
    assert len(before) == 12
    (folder / "tips/one.md").write_text(TIP.replace("The sign.", "Another sign."), encoding="utf-8")
    assert load_content(folder).version != before


def test_windows_line_ends_and_a_byte_order_mark_are_fine(folder: Path) -> None:
    before = load_content(folder)
    (folder / "tips/one.md").write_bytes(b"\xef\xbb\xbf" + TIP.replace("\n", "\r\n").encode())
    assert load_content(folder) == before


def test_words_of_yaml_stay_words(folder: Path) -> None:
    words = "aliases: [no, on, 12, 1.30, 2024-01-01, 'null', 0x10]"
    (folder / "guide/page.md").write_text(PAGE.replace("aliases: [one, two]", words), encoding="utf-8")
    aliases = load_content(folder).pages[0].aliases
    assert aliases == ("no", "on", "12", "1.30", "2024-01-01", "null", "0x10")


def test_all_problems_come_at_once_in_order(folder: Path) -> None:
    (folder / "tips/one.md").write_text(TIP.replace("[paper]", "[gone, lost]"), encoding="utf-8")
    (folder / "figures.yaml").write_text(FIGURES.replace("talk", "nowhere"), encoding="utf-8")
    (folder / "tips/two.md").write_text("nothing", encoding="utf-8")
    found = [(each.file, each.line) for each in problems_of(folder)]
    assert found == [("figures.yaml", 4), ("tips/one.md", 4), ("tips/one.md", 4), ("tips/two.md", 1)]


@pytest.mark.parametrize("case", HOSTILE + HOSTILE_GOALS, ids=lambda case: case.name)
def test_hostile_files_are_refused(case: Hostile, folder: Path) -> None:
    case.do(folder)
    started = time.perf_counter()
    problems = problems_of(folder)
    # Far above what it takes, and far below what a file that explodes would.
    assert time.perf_counter() - started < 20
    found = [each for each in problems if each.file == case.file]
    assert found, problems
    assert case.line in {each.line for each in found}, problems
    assert any(case.says in each.says for each in found), problems
    assert all(each.remedy for each in problems)


def test_there_are_at_least_forty_hostile_files() -> None:
    cases = HOSTILE + HOSTILE_GOALS
    assert len({case.name for case in cases}) == len(cases) >= 40


def test_a_misspelt_field_is_guessed(folder: Path) -> None:
    tip_line("souces: [paper]")(folder)
    assert problems_of(folder)[0].remedy == "Did you mean `sources`?"


def test_a_folder_that_does_not_exist_is_one_problem_at_least(tmp_path: Path) -> None:
    assert any(each.says == "There is no such folder." for each in problems_of(tmp_path / "nothing"))


def test_what_nobody_reads_is_told(folder: Path) -> None:
    assert find_unread(folder) == ()
    (folder / "challenge.yaml").write_text(CHALLENGES, encoding="utf-8")
    (folder / "tip").mkdir()
    (folder / ".hidden").write_text("", encoding="utf-8")
    assert find_unread(folder) == ("challenge.yaml", "tip")
    findings = check_folder(folder, datetime(2026, 11, 23, tzinfo=UTC)).findings
    assert [each.file for each in findings if each.says == "Nothing reads this."] == ["challenge.yaml", "tip"]


def test_nothing_outside_the_folder_is_ever_opened(folder: Path) -> None:
    (folder.parent / "secret.md").write_text(TIP, encoding="utf-8")
    change("tips/one.md", "[paper]", "[../../secret]")(folder)
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == ("tips/one.md", 4)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("shared"))


@settings(max_examples=20_000 if os.environ.get("CAIRN_SOAK") else 200, deadline=None)
@given(data=st.data())
def test_a_damaged_folder_loads_or_says_what_is_wrong(data: st.DataObject, shared: Path) -> None:
    file = data.draw(
        st.sampled_from(sorted(path for path in shared.rglob("*.*") if path.name != "README.md"))
    )
    good = file.read_bytes()
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 12)))
    file.write_bytes(good[:start] + data.draw(st.binary(max_size=12)) + good[end:])
    try:
        said = load_content(shared).version
    except ContentError as error:
        said = error.problems[0].remedy
    finally:
        file.write_bytes(good)
    assert said


@given(st.text(max_size=300))
def test_any_yaml_is_read_or_refused(text: str) -> None:
    try:
        value, lines = read_yaml(text, "x.yaml")
    except ContentError as error:
        found = [problem.line or 0 for problem in error.problems]
    else:
        found = [lines.find(("a", 0, "b"))]
        assert value is None or isinstance(value, str | list | dict)
    assert min(found) >= 1


@given(st.text(alphabet="ab *_`[]()<>&-#!|\\\n:/.htps@", max_size=120))
def test_any_text_is_judged_with_a_line_of_its_own(text: str) -> None:
    for problem in check_markdown(text, "x.md", first_line=5):
        assert problem.line is not None
        assert 5 <= problem.line <= 5 + text.count("\n")


@given(st.lists(st.sampled_from(["One line.", "- an item", "", "two  spaces ", "- another"]), max_size=12))
def test_paragraphs_keep_every_word_and_their_line(lines: list[str]) -> None:
    text = "\n".join(lines)
    paragraphs = split_paragraphs(text, 1)
    assert " ".join(part for _, part in paragraphs).split() == text.split()
    assert all(
        lines[begun - 1].strip() == part.split("\n")[0][: len(lines[begun - 1].strip())]
        for begun, part in paragraphs
    )


@given(st.sampled_from(["https://", "http://", "//", "javascript:", "HTTPS://"]), st.text(max_size=40))
def test_only_plain_https_addresses_pass(scheme: str, rest: str) -> None:
    if check_url(scheme + rest) is None:
        assert scheme == "https://"
        assert rest.isascii()
        host = rest.replace("?", "/").replace("#", "/").split("/")[0]
        assert "@" not in host
        assert ":" not in host.removesuffix(":")
