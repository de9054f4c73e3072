"""Which community is meant in a direct message: on some platforms it belongs to none.

A button says it by its id, when what it names is the caller's own. A person with one home means that one;
with several, they are asked once, it is remembered, and `/cairn community` asks again.
"""

import re

from bot.core.budget import CallBudget
from bot.core.chat.call import Answer, Caller, Pressed, Space, Submitted, Typed
from bot.core.chat.codec import ActionId, decode
from bot.core.chat.command_line import EXPLAIN
from bot.core.chat.reading import trim
from bot.core.domain.plans import PlanId
from bot.core.errors import InvalidInput, TryAgain, UserError
from bot.core.ports import Store, Transaction
from bot.core.views import homes as views
from bot.core.views.errors import busy, refusal

_NUMBER = re.compile(r"[0-9]{1,15}")


class Locator:
    """A second door, for platforms whose direct messages name no space. Blocks; raises nothing.

    `plan_actions`: names of the actions whose first argument is a plan's number.
    """

    def __init__(self, store: Store, plan_actions: frozenset[str]) -> None:
        self._store = store
        self._plan_actions = plan_actions

    def locate(
        self, caller: Caller, what: Typed | Pressed | Submitted, budget: CallBudget | None = None
    ) -> Space | Answer | None:
        """The space that is meant, or what the caller is told instead; None for who is no member yet."""
        try:
            with self._store.write(budget) as tx:
                return self._find(tx, caller, what)
        except UserError as error:
            return Answer(refusal(error), private=True)
        except TryAgain:
            return self.give_up()

    def give_up(self) -> Answer:
        """The answer to a call whose space could not be found in time. Does not ask the database."""
        return Answer(busy(), private=True)

    def _find(
        self, tx: Transaction, caller: Caller, what: Typed | Pressed | Submitted
    ) -> Space | Answer | None:
        user = caller.address
        homes = tx.homes.of(user)
        action = None if isinstance(what, Typed) else decode(what.action)
        if isinstance(what, Pressed) and action is not None and action.name == views.HOME.name:
            chosen = next((one for one in homes if one.address.id == what.value), None)
            if chosen is None:
                raise InvalidInput("button.foreign")
            tx.homes.choose(user, chosen)
            return Answer(views.home_chosen(chosen), private=True)
        if len(homes) > 1 and (_asks(what) or (action is not None and action.name == views.ASK.name)):
            return Answer(views.which_home(homes), private=True)
        if (plan := self._plan_of(action)) is not None and (own := tx.homes.of_plan(user, plan)):
            return own
        if len(homes) < 2:
            return homes[0] if homes else None
        return tx.homes.chosen(user) or Answer(views.which_home(homes), private=True)

    def _plan_of(self, action: ActionId | None) -> PlanId | None:
        if action is None or action.name not in self._plan_actions or not action.args:
            return None
        return PlanId(int(action.args[0])) if _NUMBER.fullmatch(action.args[0]) else None


def _asks(what: Typed | Pressed | Submitted) -> bool:
    """Whether somebody wants to be asked again which community they mean."""
    if not isinstance(what, Typed) or what.command != EXPLAIN:
        return False
    return trim(str(what.options.get("command", ""))).lstrip("/") == views.COMMUNITY
