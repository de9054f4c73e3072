"""What leads do: begin and close cohorts, see who is in them, and say who leads beside them.

The router asks each time whether the caller is a lead; nothing here does.
"""

from collections import Counter
from dataclasses import replace

from bot.core.chat.command import Option
from bot.core.chat.control import Choice
from bot.core.chat.message import Message, Update
from bot.core.chat.picked import read_picked
from bot.core.domain.caps import COHORTS
from bot.core.domain.cohorts import NAME_LIMIT, RUNNING_MOST, Cohort
from bot.core.domain.members import NAME_LIMIT as MEMBER_LIMIT
from bot.core.domain.members import Member
from bot.core.domain.schedules import SUMMARY, TIP
from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import Feature
from bot.core.handlers.caps import count
from bot.core.handlers.cohorts import COHORT, find_cohort, open_cohort
from bot.core.handlers.figures import settle_count
from bot.core.ids import Address, Role
from bot.core.request import Context, Glance, Request
from bot.core.views import leads as views

feature = Feature("leads", views)

OFFERED = 25
# So many may hold the text that is the whole name of one of them.
LOOKED_AT = 1_000


def suggest_members(glance: Glance, ctx: Context, text: str) -> tuple[Choice, ...]:
    """Members of the space whose name holds what is typed so far. The router offers them to leads only."""
    space = ctx.tx.members.space(glance.space.address)
    found = () if space is None else ctx.tx.members.search(space, text, OFFERED)
    names = Counter(member.name for member in found)
    return tuple(views.member_choice(member, names[member.name] > 1) for member in found)


def knows_member(request: Request, ctx: Context, text: str) -> bool:
    """Whether the text names a member, even if it may mean several."""
    try:
        find_member(request, ctx, text)
    except NotFound:
        return False
    except InvalidInput:
        return True
    return True


def is_handle(text: str) -> bool:
    """Whether the text can only be a member's handle."""
    return text.startswith("@") and len(text.split()) == 1


WHO = Option(
    "member",
    "Who",
    suggest=suggest_members,
    limit=MEMBER_LIMIT,
    fits=is_handle,
    knows=knows_member,
    person=True,
)
MEMBER = replace(WHO, required=True)
ONE = replace(WHO, unless="role")
ROLE = Option("role", "Everybody who has this role", kind=Role)
INVITED = replace(WHO, description="Call one person by name, also one who hasn't used me yet")
NAME = Option("name", "Its name, such as Autumn", required=True, limit=NAME_LIMIT, example="{month}")


@feature.command("lead create", "Begin a cohort", private=True, lead=True, options=(NAME,))
def create(request: Request, ctx: Context, *, name: str) -> Message:
    space = request.member.space_id
    if len(ctx.tx.cohorts.running(space)) >= RUNNING_MOST:
        raise InvalidInput("cohort.many", most=str(RUNNING_MOST))
    count(request, ctx, COHORTS)
    cohort = ctx.tx.cohorts.add(space, name, request.now)
    if cohort is None:
        raise InvalidInput("cohort.taken", cohort=name)
    return views.created_card(cohort)


@feature.command("lead close", "End a cohort", private=True, lead=True, options=(COHORT,))
def close(request: Request, ctx: Context, *, cohort: str | None = None) -> Message:
    return views.close_card(pick_cohort(request, ctx, cohort))


@feature.action(views.KEEP, lead=True)
def press_keep(request: Request, ctx: Context, cohort_id: int) -> Update:
    return Update(views.kept_card(open_cohort(ctx, request.member.space_id, cohort_id)))


@feature.action(views.CLOSE, lead=True)
def press_close(request: Request, ctx: Context, cohort_id: int) -> Update:
    space = request.member.space_id
    cohort = open_cohort(ctx, space, cohort_id)
    ctx.tx.cohorts.close(space, cohort.id, request.now)
    for kind in (SUMMARY, TIP):
        if (schedule := ctx.tx.schedules.weekly(space, cohort.id, kind)) is not None:
            ctx.tx.schedules.turn_off(space, schedule.id, request.now)
            ctx.tx.slots.leave(space, kind, schedule.id)
    return Update(views.closed_card(cohort))


@feature.command(
    "lead invite", "Post an invitation to a cohort here", private=False, lead=True, options=(COHORT, INVITED)
)
def invite(
    request: Request, ctx: Context, *, cohort: str | None = None, member: str | None = None
) -> Message:
    chosen = pick_cohort(request, ctx, cohort)
    if member is None:
        return views.invitation(chosen, None)
    picked = read_picked(member)
    if picked is not None and ctx.tx.members.known(request.member.space_id, picked) is None:
        # They are called once, here, and nothing of them is kept.
        return views.invitation(chosen, Address(request.space.address.platform, picked))
    invited = find_member(request, ctx, member)
    ctx.tx.cohorts.pardon(invited, chosen.id)
    return views.invitation(chosen, invited.address, invited.name)


@feature.action(views.INVITE, lead=True, private=False)
def press_invite(request: Request, ctx: Context, cohort_id: int) -> Message:
    return views.invitation(open_cohort(ctx, request.member.space_id, cohort_id), None)


@feature.command(
    "lead remove", "Take a member out of a cohort", private=True, lead=True, options=(MEMBER, COHORT)
)
def remove(request: Request, ctx: Context, *, member: str, cohort: str | None = None) -> Message:
    found = find_member(request, ctx, member)
    theirs = ctx.tx.cohorts.of(found)
    chosen = theirs if cohort is None else find_cohort(ctx, request.member.space_id, cohort)
    if chosen is None or not ctx.tx.cohorts.remove(found, chosen.id, request.now):
        raise NotFound("member.outside", member=found.name)
    settle_count(ctx.tx, found.space_id, chosen.id, request.now)
    return views.removed_card(open_cohort(ctx, request.member.space_id, chosen.id), found)


@feature.command(
    "lead members", "Who is in a cohort, and who leads", private=True, lead=True, options=(COHORT,)
)
def show_members(request: Request, ctx: Context, *, cohort: str | None = None) -> Message:
    return _members_card(request, ctx, pick_cohort(request, ctx, cohort), 1)


@feature.action(views.MEMBERS, lead=True)
def page_members(request: Request, ctx: Context, cohort_id: int, page: int) -> Update:
    cohort = open_cohort(ctx, request.member.space_id, cohort_id)
    return Update(_members_card(request, ctx, cohort, page))


@feature.command(
    "lead promote", "Make a member a lead, or all with a role", private=True, lead=True, options=(ONE, ROLE)
)
def promote(
    request: Request, ctx: Context, *, member: str | None = None, role: Role | None = None
) -> Message:
    if role is not None:
        ctx.tx.leads.add_role(request.member.space_id, _check_role(request, role), request.now)
        return views.promoted_role_card()
    found = _find_or_choose(request, ctx, _require_one(member))
    ctx.tx.leads.add(found, request.now)
    return views.promoted_card(found, request.space.address.platform)


@feature.command(
    "lead demote", "A member, or a role, leads no more", private=True, lead=True, options=(ONE, ROLE)
)
def demote(request: Request, ctx: Context, *, member: str | None = None, role: Role | None = None) -> Message:
    if role is not None:
        if not ctx.tx.leads.remove_role(request.member.space_id, _check_role(request, role)):
            raise NotFound("role.leads")
        return views.demoted_role_card()
    found = find_member(request, ctx, _require_one(member))
    if not ctx.tx.leads.remove(found):
        raise NotFound("lead.none", member=found.name)
    return views.demoted_card(found)


def pick_cohort(request: Request, ctx: Context, text: str | None) -> Cohort:
    """The cohort that a lead named; without a name their own, or the only one. Raises NotFound, and
    InvalidInput when there are several."""
    space = request.member.space_id
    if text is not None:
        return find_cohort(ctx, space, text)
    own = ctx.tx.cohorts.of(request.member)
    if own is not None:
        return own
    running = ctx.tx.cohorts.running(space)
    if not running:
        raise NotFound("cohort.nowhere")
    if len(running) > 1:
        raise InvalidInput("cohort.which", cohorts=", ".join(cohort.name for cohort in running))
    return running[0]


def find_member(request: Request, ctx: Context, text: str) -> Member:
    """The member of this space who was chosen in the platform's picker or a list, or has that name or handle.

    Raises NotFound, and InvalidInput when several have the name.
    """
    space = request.member.space_id
    picked = read_picked(text)
    found = ctx.tx.members.known(space, picked or text)
    if found is not None:
        return found
    if picked is not None:
        raise NotFound("member.new")
    name = text.removeprefix("@").rstrip(",;.")
    same = [
        member
        for member in ctx.tx.members.search(space, name, LOOKED_AT)
        if name.casefold() in (member.name.casefold(), member.handle.casefold())
    ]
    if not same:
        raise NotFound("member.unknown", member=text)
    if len(same) > 1:
        raise InvalidInput("member.several", member=text)
    return same[0]


def _find_or_choose(request: Request, ctx: Context, text: str) -> Member:
    """As `find_member`; of a person who hasn't used Cairn here yet, the id is kept and nothing else."""
    picked = read_picked(text)
    if picked is None:
        return find_member(request, ctx, text)
    known = ctx.tx.members.known(request.member.space_id, picked)
    return known or ctx.tx.members.choose(request.space, picked, request.now)


def _require_one(member: str | None) -> str:
    if member is None:
        raise InvalidInput("member.missing")
    return member


def _check_role(request: Request, role: Role) -> Role:
    """Raises InvalidInput where there are no roles, and for the one that everybody has."""
    space = request.space.address
    if space.platform != "discord":
        raise InvalidInput("role.none")
    if role == space.id:
        raise InvalidInput("role.everyone")
    return role


def _members_card(request: Request, ctx: Context, cohort: Cohort, page: int) -> Message:
    space = request.member.space_id
    members = ctx.tx.cohorts.members(space, cohort.id)
    return views.members_card(cohort, members, ctx.tx.leads.of(space), len(ctx.tx.leads.roles(space)), page)
