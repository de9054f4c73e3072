"""Assessments: skills and gaps rated in steps, each saved, and the report that comes of them."""

from bot.core.chat.call import Reply
from bot.core.chat.message import Message, Update
from bot.core.domain.profiles import TOP_LEVEL, Profile, Rated, gap_report, steps_of
from bot.core.errors import InvalidInput
from bot.core.feature import Feature
from bot.core.handlers.history import known_profile
from bot.core.request import Context, Request
from bot.core.views import profiles as views

feature = Feature("profiles", views)

Steps = tuple[tuple[Rated, ...], ...]


@feature.command("assess", "Rate what you know; see which gaps are most worth closing", private=True)
def assess(request: Request, ctx: Context) -> Reply:
    steps = steps_of(ctx.content.skill_map)
    draft = ctx.tx.profiles.draft(request.member)
    if draft is not None:
        return views.resume_card(min(_first_open(steps, draft), len(steps)), len(steps))
    if ctx.tx.profiles.latest(request.member) is None:
        return views.invitation_card(len(steps))
    return views.report_card(gap_report(known_profile(ctx, request.member), ctx.content.skill_map))


@feature.action(views.STEP)
def show_step(request: Request, ctx: Context, step: int) -> Update:
    steps = steps_of(ctx.content.skill_map)
    return Update(views.step_card(_pick(steps, step), _so_far(request, ctx), step, len(steps)))


@feature.action(views.RATE, opens_form=True)
def open_step(request: Request, ctx: Context, step: int) -> Reply:
    steps = steps_of(ctx.content.skill_map)
    return views.step_form(_pick(steps, step), _so_far(request, ctx), step, len(steps))


@feature.form(views.SAVE)
def save_step(
    request: Request,
    ctx: Context,
    step: int,
    *,
    first: str = "",
    second: str = "",
    third: str = "",
    fourth: str = "",
    fifth: str = "",
) -> Update:
    """Saves the step as a draft; behind the last one the draft becomes an assessment."""
    steps = steps_of(ctx.content.skill_map)
    profile = _so_far(request, ctx)
    for row, given in zip(_pick(steps, step), (first, second, third, fourth, fifth), strict=False):
        profile = profile.with_level(row.id, _read_level(given, row))
    if step < len(steps):
        ctx.tx.profiles.save_draft(request.member, profile, request.now)
        return Update(views.step_card(_pick(steps, step + 1), profile, step + 1, len(steps)))
    open_step_number = _first_open(steps, profile)
    if open_step_number <= len(steps):
        ctx.tx.profiles.save_draft(request.member, profile, request.now)
        rows = _pick(steps, open_step_number)
        return Update(views.step_card(rows, profile, open_step_number, len(steps)))
    ctx.tx.profiles.keep(request.member, profile, request.now)
    return Update(views.report_card(gap_report(profile, ctx.content.skill_map)))


@feature.action(views.EARLIER)
def show_earlier(request: Request, ctx: Context) -> Message:
    return views.earlier_card(ctx.tx.profiles.history(request.member))


def _so_far(request: Request, ctx: Context) -> Profile:
    """The draft, or what the member rated last, raised by what they did since: rating again changes what is
    there. Before the first rating nothing is filled in."""
    draft = ctx.tx.profiles.draft(request.member)
    if draft is not None or ctx.tx.profiles.latest(request.member) is None:
        return draft or Profile()
    return known_profile(ctx, request.member)


def _pick(steps: Steps, step: int) -> tuple[Rated, ...]:
    if not 1 <= step <= len(steps):
        raise InvalidInput("button.foreign")
    return steps[step - 1]


def _first_open(steps: Steps, profile: Profile) -> int:
    """The number of the first step with a row that is not rated; one behind the last when there is none."""
    for number, rows in enumerate(steps, start=1):
        if any(row.id not in profile.levels for row in rows):
            return number
    return len(steps) + 1


def _read_level(given: str, row: Rated) -> int:
    if given not in {str(level) for level in range(TOP_LEVEL + 1)}:
        raise InvalidInput("level.missing", row=row.name)
    return int(given)
