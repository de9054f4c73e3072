"""A content folder while it is read: problems are collected, so that a writer sees all of them at once."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bot.core.chat.message import TEXT_LIMIT
from bot.core.errors import ContentError, Problem
from bot.curriculum.files import Raw, list_files, read_raw
from bot.curriculum.markdown import check_markdown, split_front_matter, split_paragraphs
from bot.curriculum.problems import explain
from bot.curriculum.schema import list_fields
from bot.curriculum.texts import BODY_LIMIT, fits_block
from bot.curriculum.yaml_tree import Key, Lines, Value, read_yaml

S = TypeVar("S", bound=BaseModel)

_IS_ID = re.compile(r"(?=.{1,40}$)[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the content folder."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Parsed(Generic[S]):
    """A file whose form is right. `paragraphs` is the body of a Markdown file, empty for YAML."""

    file: str
    shape: S
    lines: Lines
    paragraphs: tuple[str, ...] = ()
    body_line: int = 1

    @property
    def id(self) -> str:
        """The id that the file's name gives: "tips/self-judge.md" is the tip "self-judge"."""
        return Path(self.file).stem


class Reading:
    """Reads files below `root`, and remembers what was wrong, where things stand, and what all files held."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digest = hashlib.sha256()
        self.problems: list[Problem] = []
        self.places: dict[tuple[str, str], Place] = {}

    @property
    def version(self) -> str:
        """Twelve characters that stand for the name and text of every file read so far."""
        return self._digest.hexdigest()[:12]

    def require_folder(self) -> None:
        """Raises ContentError when there is no folder to read."""
        if not self._root.is_dir():
            says, remedy = "There is no such folder.", "Name the one that holds skills.yaml."
            raise ContentError((Problem(self._root.name, None, says, remedy),))

    def list_files(self, folder: str, suffix: str) -> tuple[str, ...]:
        """The files of one folder; adds a problem for each whose name can't be an id."""
        try:
            files = list_files(self._root, folder, suffix)
        except ContentError as error:
            self.problems += error.problems
            return ()
        for file in files:
            if not _IS_ID.fullmatch(Path(file).stem):
                remedy = "Use small letters, digits and single hyphens, 40 characters at most."
                self.add(file, None, "The file's name is its id, and this one can't be an id.", remedy)
        return files

    def parse_yaml(self, file: str, shape: type[S]) -> Parsed[S] | None:
        """The file as `shape`, or None after adding what is wrong with it."""
        try:
            value, lines = read_yaml(self._read(file).text, file)
            return Parsed(file, self._shape(value, lines, file, shape), lines)
        except ContentError as error:
            self.problems += error.problems
            return None

    def parse_markdown(self, file: str, shape: type[S]) -> Parsed[S] | None:
        """The front matter as `shape` with the body's paragraphs, or None after adding what is wrong."""
        try:
            head, body, first_line = split_front_matter(self._read(file))
            value, lines = read_yaml(head, file, first_line=2)
            paragraphs = _split_body(body, file, first_line)
            return Parsed(file, self._shape(value, lines, file, shape), lines, paragraphs, first_line)
        except ContentError as error:
            self.problems += error.problems
            return None

    def add(self, file: str, line: int | None, says: str, remedy: str) -> None:
        self.problems.append(Problem(file, line, says, remedy))

    def note(self, kind: str, key: str, parsed: Parsed[S], path: tuple[Key, ...] = ()) -> None:
        """Remembers that the `kind` named `key` stands at `path` in this file."""
        self.places[kind, key] = Place(parsed.file, parsed.lines.find(path))

    def knows(
        self, parsed: Parsed[S], path: tuple[Key, ...], key: str, known: Mapping[str, object], home: str
    ) -> bool:
        """Whether `key`, which stands at `path`, is one of `known`; adds a problem when it isn't."""
        if key in known:
            return True
        line = parsed.lines.find(path)
        self.add(parsed.file, line, f"`{key}` is not in {home}.", f"Correct it, or add it to {home}.")
        return False

    def knows_all(
        self,
        parsed: Parsed[S],
        path: tuple[Key, ...],
        ids: tuple[str, ...],
        known: Mapping[str, object],
        home: str,
    ) -> bool:
        """As `knows`, for each of the `ids` that the list at `path` holds."""
        found = [self.knows(parsed, (*path, place), key, known, home) for place, key in enumerate(ids)]
        return all(found)

    def _read(self, file: str) -> Raw:
        raw = read_raw(self._root, file)
        self._digest.update(f"{raw.name}\0{raw.text}\0".encode())
        return raw

    def _shape(self, value: Value, lines: Lines, file: str, shape: type[S]) -> S:
        try:
            return shape.model_validate({} if value is None else value)
        except ValidationError as error:
            raise ContentError(explain(error, file, lines, list_fields())) from None


def _split_body(body: str, file: str, first_line: int) -> tuple[str, ...]:
    if len(body) > BODY_LIMIT:
        says = f"The text has more than {BODY_LIMIT} characters."
        raise ContentError((Problem(file, first_line, says, "Split it into several files."),))
    paragraphs = split_paragraphs(body, first_line)
    problems = check_markdown(body, file, first_line) + tuple(
        Problem(file, line, f"This paragraph takes more than {TEXT_LIMIT} characters.", "Split it in two.")
        for line, text in paragraphs
        if not fits_block(text)
    )
    if problems:
        raise ContentError(problems)
    return tuple(text for _, text in paragraphs)
