"""Members whose direct messages are closed: told once, and tried again only when they say so."""

from bot.core.chat.message import Message
from bot.core.feature import Feature
from bot.core.request import Context, Request
from bot.core.views import reach as views

feature = Feature("reach", views)


@feature.aside
def tell_closed(request: Request, ctx: Context, message: Message) -> Message:
    """Where there is no room for it, the next answer has some."""
    told = views.with_closed_note(message) if request.member.closed else None
    if told is None:
        return message
    ctx.tx.reach.tell(request.member, request.now)
    return told


@feature.action(views.OPENED)
def opened(request: Request, ctx: Context) -> Message:
    ctx.tx.reach.regain(request.member)
    return views.opened_card()
