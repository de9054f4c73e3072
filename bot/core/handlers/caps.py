"""Caps as handlers ask for them: counted, and refused above the cap."""

from bot.core.domain.caps import DAY, Cap, hours_left
from bot.core.errors import NotAllowed
from bot.core.request import Context, Request


def count(request: Request, ctx: Context, cap: Cap) -> None:
    """Counts what the caller is about to do. Raises NotAllowed above the cap, which also undoes the count."""
    done = ctx.tx.day_counts.add(request.member, cap.name, DAY, request.now)
    if done.times > cap.most:
        raise NotAllowed("cap.day", most=str(cap.most), hours=str(hours_left(done, request.now)))


def has_room(request: Request, ctx: Context, cap: Cap) -> bool:
    """Counts what the caller is about to do. False above the cap: then it is left out, and they are told."""
    return ctx.tx.day_counts.add(request.member, cap.name, DAY, request.now).times <= cap.most
