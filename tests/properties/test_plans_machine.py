"""One plan through everything that can happen to it, in any order."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core.domain.late import Remedy, catch_up, extend, rebalance
from bot.core.domain.marks import change_zone, end_plan, mark_done, mark_undone, skip_goal, unskip_goal
from bot.core.domain.pace import add_goals, change_pace
from bot.core.domain.pauses import pause_until, resume
from bot.core.domain.plans import Plan, goals_of, last_day, late_goals, monday_of_week, place_at, zone_of
from bot.core.domain.progress import measure
from bot.core.errors import InvalidInput
from bot.core.time import DAY, DAY_STARTS, local_day, resolve
from tests.properties.plan_values import SOAK, make_goal, patient, plans, zones

REFUSALS = {"pace.tight", "pause.past", "pause.long", "plan.over", "plan.full", "plan.ended"}
picks = st.integers(0, 200)


class LifeOfAPlan(RuleBasedStateMachine):
    """Progress never goes down but by undoing, and nothing is ever lost."""

    @initialize(plan=plans(), days=st.integers(-10, 10))
    def begin(self, plan: Plan, days: int) -> None:
        self.plan = plan
        self.now = resolve(plan.start, DAY_STARTS, zone_of(plan)) + days * DAY
        self.ids = {goal.goal_id for goal in plan.goals}
        self.done: dict[str, int] = {}

    def goal(self, pick: int) -> str:
        return self.plan.goals[pick % len(self.plan.goals)].goal_id

    def refuse(self, refused: InvalidInput) -> None:
        assert refused.reason in REFUSALS

    @rule(hours=st.integers(1, 24 * 16))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(pick=picks)
    def does(self, pick: int) -> None:
        goal_id = self.goal(pick)
        self.plan = mark_done(self.plan, goal_id, self.now)
        self.done[goal_id] = next(goal.week for goal in self.plan.goals if goal.goal_id == goal_id)

    @rule()
    def does_what_is_due(self) -> None:
        for goal in goals_of(self.plan, place_at(self.plan, self.now).week):
            if goal.state == "todo":
                self.plan = mark_done(self.plan, goal.goal_id, self.now)
                self.done[goal.goal_id] = goal.week

    @rule(pick=picks)
    def undoes(self, pick: int) -> None:
        self.plan = mark_undone(self.plan, self.goal(pick))
        self.done.pop(self.goal(pick), None)

    @rule(pick=picks)
    def skips(self, pick: int) -> None:
        self.plan = skip_goal(self.plan, self.goal(pick))

    @rule(pick=picks)
    def unskips(self, pick: int) -> None:
        self.plan = unskip_goal(self.plan, self.goal(pick))

    @rule(days=st.integers(-3, 400))
    def pauses(self, days: int) -> None:
        try:
            self.plan = pause_until(self.plan, local_day(self.now, zone_of(self.plan)) + days * DAY, self.now)
        except InvalidInput as refused:
            self.refuse(refused)

    @rule()
    def resumes(self) -> None:
        end = last_day(self.plan)
        self.plan = resume(self.plan, self.now)
        assert last_day(self.plan) <= end

    @rule(pace=st.integers(4, 20))
    def changes_pace(self, pace: int) -> None:
        try:
            repacked = change_pace(self.plan, pace, self.now)
        except InvalidInput as refused:
            self.refuse(refused)
            return
        states = {goal.goal_id: goal.state for goal in self.plan.goals}
        assert all(states[goal_id] == "todo" for goal_id in repacked.set_aside)
        assert late_goals(repacked.plan, self.now) == late_goals(self.plan, self.now)
        self.plan = repacked.plan

    @rule(zone=zones)
    def moves(self, zone: str) -> None:
        self.plan = change_zone(self.plan, zone)

    @rule(remedy=st.sampled_from((catch_up, rebalance, extend)))
    @precondition(lambda self: bool(late_goals(self.plan, self.now)))
    def mends(self, remedy: Callable[[Plan, datetime], Remedy]) -> None:
        found = remedy(self.plan, self.now)
        if found.plan is None:
            assert found.reason in ("no-room", "no-weeks")
            assert found.kind != "extend"
            return
        assert not late_goals(found.plan, self.now)
        self.plan = found.plan

    @rule(number=st.integers(0, 5), hours=st.integers(1, 5))
    def adds(self, number: int, hours: int) -> None:
        goal = make_goal(f"extra{number}", hours)
        try:
            self.plan = add_goals(self.plan, ((self.plan.phases[0].phase_id, goal),), self.now)
        except InvalidInput as refused:
            self.refuse(refused)
        else:
            self.ids.add(goal.id)

    @invariant()
    def nothing_is_lost(self) -> None:
        assert {goal.goal_id for goal in self.plan.goals} == self.ids

    @invariant()
    def what_is_done_stays_done_where_it_is(self) -> None:
        assert {goal.goal_id: goal.week for goal in self.plan.goals if goal.state == "done"} == self.done

    @invariant()
    def progress_adds_up(self) -> None:
        progress = measure(self.plan, self.now)
        assert progress.goals_done == len(self.done)
        parts = (progress.goals_done, progress.goals_late, progress.goals_left, progress.goals_skipped)
        assert min(parts) >= 0
        assert sum(parts) == len(self.plan.goals)
        assert progress.weeks_done + progress.weeks_left == self.plan.weeks
        assert (progress.phase_id is None) == all(goal.state != "todo" for goal in self.plan.goals)
        weeks = {goal.done_in for goal in self.plan.goals if goal.done_in}
        assert progress.streak.weeks <= len(weeks)

    @invariant()
    def weeks_stand_in_order_outside_of_pauses(self) -> None:
        mondays = [monday_of_week(self.plan, week) for week in range(self.plan.weeks)]
        assert mondays == sorted(set(mondays))
        for pause in self.plan.pauses:
            assert not any(pause.first <= monday < pause.back for monday in mondays)

    @invariant()
    def an_ended_plan_stays_as_it_is(self) -> None:
        ended = end_plan(self.plan)
        assert end_plan(ended) == ended
        for change in (catch_up, rebalance, extend):
            assert change(ended, self.now).reason == "ended"


LifeOfAPlan.TestCase.settings = settings(
    patient, max_examples=2_000 if SOAK else 40, stateful_step_count=80 if SOAK else 25
)
TestLifeOfAPlan = LifeOfAPlan.TestCase
