"""What leads are told about cohorts, who is in them, and who leads."""

from collections.abc import Sequence

from bot.core.chat.codec import Action
from bot.core.chat.control import LABEL_LIMIT, Button, Choice
from bot.core.chat.markup import clip
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.part import Markdown, Mention, Part, Plain
from bot.core.chat.picked import read_picked, write_picked
from bot.core.domain.cohorts import Cohort
from bot.core.domain.members import Member
from bot.core.ids import Address, Platform
from bot.core.views.cohorts import JOIN, name_parts

CLOSE = Action("lead.close", "cohort_id")
KEEP = Action("lead.keep", "cohort_id")
INVITE = Action("lead.invite", "cohort_id")
MEMBERS = Action("lead.members", "cohort_id", "page")

ROWS = 15
# What a person is called in plain text whose name nobody has told yet.
SOMEBODY = "somebody"
NAME_ROOM = 120
# Only who manages a server can change what its members see of an app.
_SHOWN_BY = (
    "until somebody who manages the server allows it: **Server Settings**, **Integrations**, this app, "
    "the command **lead**, then add them or their role"
)


def member_choice(member: Member, is_double: bool) -> Choice:
    """A member to choose; two of the same name are told apart by their id on the platform."""
    told = f" ({member.address.id})" if is_double else ""
    return Choice(member.name[: LABEL_LIMIT - len(told)].rstrip() + told, member.address.id)


def created_card(cohort: Cohort) -> Message:
    text = " is running, with nobody in it yet. Members join by themselves."
    way = "`/lead invite` posts an invitation with a button where you type it, and so does this button here."
    return Message(
        "A new cohort",
        (
            Text((Plain(cohort.name), Markdown(text))),
            Text((Markdown(way),)),
            Actions((Button("Invite", INVITE(cohort.id), "primary"),)),
        ),
    )


def invitation(cohort: Cohort, user: Address | None, name: str = "") -> Message:
    """Everybody in the channel may press; somebody is called only when a lead names them."""
    called: tuple[Part, ...] = ()
    if user is not None:
        called = (Mention(user, name or SOMEBODY), Markdown(", you are invited. "))
    text = "Go the way from cloud to AI together: "
    return Message(
        "Join a cohort",
        (
            Text((*called, Markdown(text), *name_parts(cohort), Markdown("."))),
            Actions((Button("Join", JOIN(cohort.id), "primary"),)),
        ),
    )


def close_card(cohort: Cohort) -> Message:
    """What closing ends, before it is done."""
    text = (
        " would end for everybody in it, and so would its summaries and tips. "
        "Plans go on as they are. A closed cohort can't be opened again."
    )
    return Message(
        "Close this cohort?",
        (
            Text((*name_parts(cohort), Markdown(text))),
            Actions((Button("Keep it", KEEP(cohort.id)), Button("Close it", CLOSE(cohort.id), "danger"))),
        ),
    )


def kept_card(cohort: Cohort) -> Message:
    return Message("Kept", (Text((*name_parts(cohort), Markdown(" goes on. Nothing changed."))),))


def closed_card(cohort: Cohort) -> Message:
    text = " is closed. Nobody is in it any more, and nothing more is posted for it."
    return Message("Closed", (Text((Plain(cohort.name), Markdown(text))),))


def members_card(
    cohort: Cohort, members: Sequence[Member], leads: Sequence[Member], roles: int, page: int
) -> Message:
    """Who is in it, by name, who was made a lead of the community, and how many roles make leads. Pages count
    from 1."""
    pages = max(1, -(-len(members) // ROWS))
    page = min(max(page, 1), pages)
    shown = members[(page - 1) * ROWS : page * ROWS]
    head: tuple[Part, ...] = (*name_parts(cohort), Markdown("."))
    names = _names(shown) or (Markdown("Nobody has joined yet: `/lead invite` shows them the way."),)
    blocks = [Text(head), Text(names)]
    if leads:
        told = f"**Leads** besides those who administer the community ({len(leads)}):\n"
        blocks.append(Text((Markdown(told), *_names(leads[:ROWS]))))
    if roles:
        told = "a role makes" if roles == 1 else f"{roles} roles make"
        blocks.append(Text((Markdown(f"And {told} leads, set by `/lead promote`."),)))
    steps = [(f"Page {page - 1}", page - 1)] if page > 1 else []
    steps += [(f"Page {page + 1} of {pages}", page + 1)] if page < pages else []
    row = tuple(Button(label, MEMBERS(cohort.id, number)) for label, number in steps)
    return Message("Members", (*blocks, Actions(row)) if row else tuple(blocks))


def removed_card(cohort: Cohort, member: Member) -> Message:
    text = (
        " is out of the cohort, and comes back only after `/lead invite` with their name. Their plan goes on."
    )
    return Message("Removed", (Text((_name(member), Markdown(text))), Text(name_parts(cohort))))


def promoted_card(member: Member, platform: Platform) -> Message:
    """What the new lead can do, and where their platform hides it from them."""
    text = " is a lead of this community now: `/cairn` lists what leads can do. `/lead demote` takes it back."
    blocks = [Text((_name(member), Markdown(text)))]
    if platform == "discord":
        blocks.append(Text((Markdown(f"Discord hides the commands of leads from them {_SHOWN_BY}."),)))
    return Message("A new lead", tuple(blocks))


def promoted_role_card() -> Message:
    text = (
        "Whoever has that role is a lead now, for as long as they have it. "
        f"Discord hides the commands of leads from them {_SHOWN_BY}. "
        "`/lead demote` with the role takes it back."
    )
    return Message("A role that leads", (Text((Markdown(text),)),))


def demoted_role_card() -> Message:
    text = "Nobody is a lead any more for having that role; buttons they still see do nothing for them."
    return Message("A role like others", (Text((Markdown(text),)),))


def demoted_card(member: Member) -> Message:
    text = " is no lead any more; buttons they still see do nothing for them."
    return Message("No lead any more", (Text((_name(member), Markdown(text))),))


def _names(members: Sequence[Member]) -> tuple[Part, ...]:
    """A name a line, each clipped: names can take five times their room once they are escaped."""
    parts: list[Part] = []
    for member in members:
        parts += [Markdown("- " if not parts else "\n- "), _name(member)]
    return tuple(parts)


def _name(member: Member) -> Part:
    """The name; of somebody who was chosen and never called, whatever the platform shows for them."""
    if member.name == member.address.id and read_picked(write_picked(member.name)):
        return Mention(member.address, SOMEBODY)
    return Plain(clip(member.name, NAME_ROOM))
