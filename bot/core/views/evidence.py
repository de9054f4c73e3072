"""Links that show a finished goal: the form, and what their kinds are called."""

from collections.abc import Sequence

from bot.core.chat.codec import ActionId
from bot.core.chat.control import Choice
from bot.core.chat.form import Form, SelectInput, TextInput
from bot.core.domain.goals import NOTE_LIMIT, URL_LIMIT, Evidence, EvidenceKind, Goal

# As many links of one goal as its card can show.
EVIDENCE_MOST = 5

KIND_NAMES: dict[EvidenceKind, str] = {
    "repository": "Repository",
    "pull-request": "Pull request",
    "notebook": "Notebook",
    "dashboard": "Dashboard",
    "document": "Document",
    "recording": "Recording",
    "post": "Post",
}


def evidence_form(goal: Goal, action: ActionId, given: Evidence | None = None) -> Form:
    """Asks for a link, filled in when one is changed."""
    kind = given.kind if given and given.kind in goal.evidence else ""
    return Form(
        "Change the link" if given else "Add a link",
        action,
        (
            TextInput(
                "link",
                "Link",
                hint="It begins with https:// and others can open it.",
                value=given.url if given else "",
                limit=URL_LIMIT,
            ),
            SelectInput(
                "kind",
                "What is behind it?",
                tuple(Choice(KIND_NAMES[each], each) for each in goal.evidence),
                value=kind or goal.evidence[0],
            ),
            TextInput(
                "note",
                "A note",
                hint="What should somebody look at first?",
                value=given.note if given else "",
                required=False,
                lines=True,
                limit=NOTE_LIMIT,
            ),
        ),
        submit="Keep it",
    )


def kind_list(kinds: Sequence[EvidenceKind]) -> str:
    """`a repository, notebook or document`, in the words that people read."""
    *names, last = [KIND_NAMES[kind].lower() for kind in kinds]
    return f"a {', '.join(names)} or {last}" if names else f"a {last}"
