"""What the buttons of plans and goals mean. Several cards draw the same one, so they stand together.

Weeks and pages count from 1, as people read them.
"""

from bot.core.chat.codec import Action

# `start` is a day's ordinal, 0 for the next Monday. Together they must stay below a hundred characters.
BEGIN = Action("plan.begin", "track_id", "start", "hours", "zone")
SWAP = Action("plan.swap", "plan_id", "track_id", "start", "hours", "zone")

VIEW = Action("plan.view", "plan_id")
PAGE = Action("plan.page", "plan_id", "page")
LEFT_OUT = Action("plan.left_out", "plan_id", "page")
# Page 0 is the card of the new plan, which shows the first goals that were left out.
KEEP = Action("plan.keep", "plan_id", "goal_id", "page")
LOOK_BACK = Action("plan.past", "plan_id")
ASK_RESET = Action("plan.ask_reset", "plan_id")
RESET = Action("plan.reset", "plan_id")

ADJUST = Action("plan.adjust", "plan_id")
ADJUSTED = Action("plan.adjusted", "plan_id")
PACE = Action("plan.pace", "plan_id", "hours")
SKIP_WEEK = Action("plan.skip_week", "plan_id", "week")
RESUME = Action("plan.resume", "plan_id")
REZONE = Action("plan.zone", "plan_id", "zone")
LATE = Action("late.take", "plan_id", "kind")
UNDO_LATE = Action("late.undo", "plan_id")

GOALS = Action("goal.now", "plan_id")
WEEK = Action("goal.week", "plan_id", "week", "page")
MORE = Action("goal.more", "plan_id", "goal_id")
# Week 0 is the goal's own card.
DONE = Action("goal.done", "plan_id", "goal_id", "week", "page")
UNDO = Action("goal.undo", "plan_id", "goal_id", "week", "page")
UNSKIP = Action("goal.unskip", "plan_id", "goal_id", "week", "page")
SKIP = Action("goal.skip", "plan_id", "goal_id")

ATTACH = Action("evidence.attach", "plan_id", "goal_id")
ADD = Action("evidence.add", "plan_id", "goal_id")
EDIT = Action("evidence.edit", "plan_id", "evidence_id")
CHANGE = Action("evidence.change", "plan_id", "evidence_id")
WITHDRAW = Action("evidence.withdraw", "plan_id", "evidence_id")

REMIND = Action("reminder.on", "plan_id")
