"""What the linter says: one finding for each thing to mend."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Note = tuple[Severity, str, str, str, str]
"""A finding before it has its place: severity, kind, key, says, remedy."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend in one file. An error keeps content from being published, a warning doesn't."""

    severity: Severity
    file: str
    line: int | None
    says: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.severity}: {self.says} {self.remedy}"
