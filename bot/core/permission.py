"""Permission: what may be asked for, and by which caller."""

from bot.core.chat.call import Caller
from bot.core.chat.command import Command
from bot.core.domain.members import Member
from bot.core.errors import NotAllowed
from bot.core.feature import ActionHandler
from bot.core.ports import Transaction


def authorise(asked: Command | ActionHandler, caller: Caller, member: Member | None, tx: Transaction) -> None:
    """Raises NotAllowed when only a lead may ask for it. A lead is whoever administers the space, or was made
    one by a lead and still is, or has a role on the platform that makes leads."""
    if not asked.lead or caller.is_lead or (member is not None and tx.leads.has(member)):
        return
    if member is None or tx.leads.roles(member.space_id).isdisjoint(caller.roles):
        raise NotAllowed("lead.only")
