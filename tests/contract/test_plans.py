"""Plans at the door, on both databases: begun, looked at, changed, ended, and never anybody else's."""

from datetime import date, timedelta

import pytest

from bot.core.catalog import Catalog
from bot.core.chat.call import Caller, Pressed, Space, Submitted, Typed
from bot.core.chat.chart import Timeline
from bot.core.chat.codec import ID_LIMIT, Action, encode
from bot.core.chat.command_line import read_line
from bot.core.chat.control import Select
from bot.core.chat.form import Form
from bot.core.chat.message import charts_of
from bot.core.domain.plans import last_day
from bot.core.handlers import FEATURES
from bot.core.ports import Store
from bot.core.views import presses
from bot.core.views.dates import day_text, week_text
from tests.contract.planning import CONTENT, HERE, KIM, MONDAY, SAM, THERE, Desk, edited

pytestmark = pytest.mark.one_database

COMMANDS = Catalog(FEATURES).commands
GAPS = {skill.gap.id: 1 for skill in CONTENT.skill_map.skills}


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


@pytest.fixture
def quick(sqlite_store: Store) -> Desk:
    """For what doesn't depend on the database."""
    return Desk(sqlite_store)


def test_without_a_zone_the_plan_begins_with_one_pick(desk: Desk) -> None:
    assert "Where is your clock?" in desk.type("plan start", hours=8)
    assert "Your plan" in desk.pick("A city with your time", "Lisbon (Europe/Lisbon)")
    assert (desk.plan().pace, desk.plan().zone, desk.plan().start) == (8, "Europe/Lisbon", date(2027, 1, 4))


def test_picking_a_zone_twice_makes_one_plan(desk: Desk) -> None:
    desk.type("plan start")
    select = next(one for one in desk.items() if isinstance(one, Select))
    picked = Pressed(encode(select.action), "Asia/Tokyo")
    desk.tell(picked)
    first = desk.plan()
    assert "Which plan shall it be?" in desk.tell(picked)
    assert desk.plan() == first


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("Lisbon", "Europe/Lisbon"), ("lisbon, portugal", "Europe/Lisbon"), ("europe/lisbon", "Europe/Lisbon"),
     ("Asia/Tokyo", "Asia/Tokyo"), ("Portland, Australia", "Australia/Melbourne")],
)  # fmt: skip
def test_a_zone_is_read_from_what_people_type(quick: Desk, typed: str, zone: str) -> None:
    quick.type("plan start", zone=typed)
    assert quick.plan().zone == zone


def test_a_city_that_exists_twice_is_asked_about(desk: Desk) -> None:
    assert "Several places fit Portland. Which one is it?" in desk.type("plan start", zone="Portland")
    desk.pick("A city with your time", "Portland, Australia (Australia/Melbourne)")
    assert desk.plan().zone == "Australia/Melbourne"
    desk.type("plan zone", zone="portland")
    asked = next(one for one in desk.items() if isinstance(one, Select))
    assert "no goal has moved" in desk.pick(
        "A city with your time", "Portland, United States (America/Los_Angeles)"
    )
    assert desk.plan().zone == "America/Los_Angeles"
    assert "I know no single clock" in desk.tell(Pressed(encode(asked.action), "Nowhere/Land"))


def test_the_start_moves_to_a_monday(quick: Desk) -> None:
    quick.clock.at = MONDAY + timedelta(days=2)
    told = quick.type("plan start", zone="Lisbon")
    assert quick.plan().start == date(2027, 1, 11)
    end = last_day(quick.plan())
    assert f"From Mon 11 Jan to {day_text(end, 2027)}." in told


def test_what_the_profile_knows_is_left_out_with_its_reason(desk: Desk) -> None:
    whole = desk.type("plan start", hours=20, zone="Lisbon")
    assert "became" not in whole
    desk.press("The whole plan")
    desk.press("End it")
    desk.press("End it")
    desk.knows(dict.fromkeys(GAPS, 3))
    told = desk.type("plan start", hours=20)
    weeks = desk.plan().weeks
    assert f"14 weeks became {weeks}" in told
    assert "You said that you are at “" in told


def test_a_goal_that_was_left_out_comes_back_in_its_order(desk: Desk) -> None:
    desk.knows({"llm-pricing": 3})
    desk.type("plan start", hours=20, zone="Lisbon")
    held = {goal.goal_id for goal in desk.plan().goals}
    assert "tokens-by-hand" not in held
    told = desk.press("Keep it")
    assert "Kept: “Count the tokens in your own texts” is in week 1." in told
    assert desk.plan().goals[0].goal_id == "tokens-by-hand"
    assert {goal.goal_id for goal in desk.plan().goals} == held | {"tokens-by-hand"}


def test_a_plan_that_was_begun_takes_a_goal_into_what_is_left(desk: Desk) -> None:
    desk.knows({"llm-pricing": 3})
    desk.type("plan start", hours=20, zone="Lisbon")
    keep = desk.find("Keep it")
    desk.press("The first week's goals")
    desk.press("Done")
    desk.clock.at += timedelta(weeks=5)
    before = desk.plan()
    desk.tell(Pressed(keep))
    assert desk.goal("tokens-by-hand").week >= 5
    assert set(before.goals) < set(desk.plan().goals)
    after = desk.plan()
    desk.tell(Pressed(keep))
    assert desk.plan() == after


def test_everything_left_out_can_be_paged_through_and_kept(quick: Desk) -> None:
    quick.knows(dict.fromkeys(GAPS, 3))
    quick.type("plan start", hours=20, zone="Lisbon")
    known = len(CONTENT.track.goals) - len(quick.plan().goals)
    quick.press(f"All {known} left out")
    count = quick.labels().count("Keep it")
    while "Next" in quick.labels():
        quick.press("Next")
        count += quick.labels().count("Keep it")
    assert count == known
    quick.press("Keep it")
    assert len(quick.plan().goals) == len(CONTENT.track.goals) - known + 1


def test_a_second_plan_asks_first_and_changes_nothing(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    first = desk.plan()
    assert "Which plan shall it be?" in desk.type("plan start", track="devops", hours=9, start="2027-03-03")
    assert desk.plan() == first
    swap = Pressed(desk.find("End it and start the new one"))
    assert "Your plan, page 1" in desk.press("Keep the running one")
    assert desk.plan() == first
    assert "DevOps engineer to AI engineer, 9 h a week" in desk.tell(swap)
    second = desk.plan()
    assert (second.track_id, second.start, second.zone) == ("devops-to-ai", date(2027, 3, 8), "Europe/Lisbon")
    assert "That plan has ended" in desk.tell(swap)
    assert desk.plan() == second


def test_the_longest_button_of_a_second_plan_fits() -> None:
    longest = max((track.id for track in CONTENT.tracks), key=len)
    swap = presses.SWAP(10**10, longest, date.max.toordinal(), 20, "America/Argentina/ComodRivadavia")
    assert len(encode(swap)) <= ID_LIMIT


@pytest.mark.parametrize("hours", [4, 7, 12, 20])
def test_every_goal_stands_once_on_the_pages(quick: Desk, hours: int) -> None:
    quick.type("plan start", hours=hours, zone="Lisbon")
    told = [quick.type("plan view", page=1)]
    while "Next" in quick.labels():
        told.append(quick.press("Next"))
    text = "\n".join(told)
    for goal in quick.plan().goals:
        assert text.count(f"{CONTENT.goals[goal.goal_id].title} ({goal.hours} h)") == 1
    for week in range(quick.plan().weeks):
        assert text.count(f"Week {week + 1} Mon") == 1
    assert f"Your plan has {len(told)} pages." in quick.type("plan view", page=99)


def test_the_page_with_the_present_week_is_shown_and_drawn(quick: Desk) -> None:
    quick.type("plan start", hours=4, zone="Lisbon")
    quick.clock.at += timedelta(weeks=20)
    assert "page 2 of 2" in quick.type("plan view")
    (chart,) = charts_of(quick.card.blocks)
    assert isinstance(chart.data, Timeline)
    assert [one.kind for one in chart.data.stretches] == ["phase"] * 4
    assert (chart.data.start, chart.data.today) == (date(2027, 1, 4), date(2027, 5, 24))


def test_another_pace_shows_the_new_end_and_the_way_back(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    end = last_day(desk.plan())
    told = desk.type("plan pace", hours=20)
    faster = last_day(desk.plan())
    assert faster < end
    assert f"The end moves from {day_text(end, 2027)} to {day_text(faster, 2027)}." in told
    desk.press("Back to 6 h")
    assert desk.plan().pace == 6
    assert "already" in desk.type("plan pace", hours=6)


def test_a_week_is_skipped_once_however_often_it_is_pressed(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    end = last_day(desk.plan())
    desk.press("The first week's goals")
    skip = Pressed(desk.find("Skip this week"))
    assert "Paused until Mon 11 Jan" in desk.tell(skip)
    assert "Nothing to skip" in desk.tell(skip)
    assert last_day(desk.plan()) == end + timedelta(weeks=1)
    desk.clock.at += timedelta(weeks=2)
    assert "Nothing to skip" in desk.tell(skip)
    assert last_day(desk.plan()) == end + timedelta(weeks=1)


def test_going_on_earlier_undoes_a_pause(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    before = desk.plan()
    desk.type("plan pause", until="2027-02-01")
    assert last_day(desk.plan()) == last_day(before) + timedelta(weeks=4)
    assert "Welcome back" in desk.press("Go on earlier")
    assert desk.plan() == before


def test_the_plan_is_adjusted_with_one_form(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    first = desk.plan()
    assert desk.press("Adjust it") == "Adjust your plan"
    assert isinstance(desk.reply, Form)
    assert [getattr(one, "value", "") for one in desk.reply.inputs] == ["6", "Europe/Lisbon", ""]
    form = desk.reply
    assert "Nothing has changed." in desk.send(hours="6", zone="Europe/Lisbon")
    assert desk.plan() == first
    desk.reply = form
    told = desk.send(hours="20", zone="portland, australia", until="2027-01-18")
    plan = desk.plan()
    assert (plan.pace, plan.zone, plan.weeks) == (20, "Australia/Melbourne", 14)
    assert f"Adjusted. Your plan ends on {day_text(date(2027, 4, 25), 2027)}." in told
    assert last_day(plan) == date(2027, 4, 25)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"hours": "many"}, "hours takes a whole number"),
        ({"hours": "21"}, "a whole number from 4 to 20"),
        ({"zone": "Atlantis"}, "I know no single clock for Atlantis"),
        ({"zone": "Portland"}, "I know no single clock for Portland"),
        ({"until": "soon"}, "until takes a date"),
        ({"until": "9999-12-31"}, "A pause lasts at most 52 weeks"),
        ({"until": "2027-01-01"}, "A pause takes whole weeks"),
    ],
)
def test_one_wrong_answer_in_the_form_changes_nothing(quick: Desk, values: dict[str, str], says: str) -> None:
    quick.type("plan start", zone="Lisbon")
    before = quick.plan()
    quick.press("Adjust it")
    given = {"hours": "9", "zone": "Asia/Tokyo", "until": "2027-02-01", **values}
    assert says in quick.send(**given)
    assert quick.plan() == before


def test_an_ended_plan_is_kept_and_its_buttons_change_nothing(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    desk.press("The first week's goals")
    done = Pressed(desk.find("Done"))
    desk.tell(done)
    desk.type("plan reset")
    desk.press("End it")
    for what in (done, Typed("goal"), Typed("plan view")):
        assert "That didn't work" in desk.tell(what)
    assert "1 of 39 goals done" in desk.type("plan history")
    told = desk.pick("Look at one", "Mon 4 Jan 2027: Cloud engineer to AI engineer")
    assert "✓ Count the tokens in your own texts" in told
    assert desk.labels() == ["Next"]
    assert "page 2 of 2" in desk.press("Next")
    assert "No plan of yours has ended yet" in desk.tell(Typed("plan history"), KIM)


FORMS = {presses.ADD.name, presses.CHANGE.name, presses.ADJUSTED.name}
PERSONAL = [one for one in vars(presses).values() if isinstance(one, Action) and one is not presses.BEGIN]


@pytest.mark.parametrize("action", PERSONAL, ids=lambda one: str(one.name))
@pytest.mark.parametrize(("caller", "space"), [(KIM, HERE), (SAM, THERE)], ids=["kim", "elsewhere"])
def test_nobody_else_can_use_a_members_button(
    quick: Desk, action: Action, caller: Caller, space: Space
) -> None:
    quick.type("plan start", zone="Lisbon")
    quick.type("goal")
    quick.pick("What to do, a link, or skip", "Count the tokens in your own texts")
    quick.press("Add a link")
    quick.send(link="https://github.com/sam/tokens", kind="repository")
    before = quick.plan()
    known: dict[str, str | int] = {
        "plan_id": before.id,
        "goal_id": "tokens-by-hand",
        "evidence_id": 1,
        "week": 1,
        "page": 1,
        "hours": 8,
        "kind": "extend",
        "start": 0,
        "zone": "Asia/Tokyo",
    }
    encoded = encode(action(*(known.get(name, "cloud-to-ai") for name in action.params)))
    values = {"link": "https://example.org/kim", "kind": "notebook", "hours": "9", "zone": "Asia/Tokyo"}
    what = Submitted(encoded, values) if action.name in FORMS else Pressed(encoded)
    assert "of yours" in quick.tell(what, caller, space)
    assert quick.plan() == before
    with quick.store.read() as tx:
        (link,) = tx.evidence.of(quick.member(), ["tokens-by-hand"])
    assert link.url == "https://github.com/sam/tokens"


def test_an_edit_of_the_curriculum_loses_nothing(desk: Desk) -> None:
    desk.type("plan start", hours=20, zone="Lisbon")
    desk.press("The first week's goals")
    old_button = Pressed(desk.find("Done"))
    desk.tell(old_button)
    desk.pick("What to do, a link, or skip", "Count the tokens in your own texts")
    desk.press("Add a link")
    desk.send(link="https://github.com/sam/tokens", kind="repository")
    content = edited(CONTENT, {"tokens-by-hand": "count-tokens"}, ("neighbours-in-a-notebook",))
    later = Desk(desk.store, content, desk.clock)
    told = later.type("goal")
    assert "✓ Count the tokens in your own texts" in told
    assert "1 link" in told
    assert "nearest neighbours" not in told
    assert "✓ Count the tokens" in later.tell(old_button)
    later.press("Undo")
    assert later.goal("count-tokens").state == "todo"
    assert "neighbours-in-a-notebook" not in {goal.goal_id for goal in later.plan().goals}


def test_a_plan_outlives_its_track(desk: Desk) -> None:
    desk.type("plan start", track="devops", zone="Lisbon")
    desk.press("The first week's goals")
    desk.press("Done")
    later = Desk(desk.store, edited(CONTENT, {}, tuple(CONTENT.goals)), desk.clock)
    assert "1 of 1 goals done" in later.type("plan view")
    assert "tokens-by-hand" in later.type("goal")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (Typed("plan start", {"hours": 3}), "a whole number from 4 to 20"),
        (Typed("plan start", {"hours": 21}), "a whole number from 4 to 20"),
        (Typed("plan start", {"zone": "../etc/passwd"}), "I know no single clock"),
        (Typed("plan start", {"zone": "Lisbon", "start": "0001-01-01"}), "That week is over"),
        (Typed("plan start", {"zone": "Lisbon", "start": "9999-12-31"}), "within a year"),
        (Typed("plan start", {"track": "cheese"}), "I have nothing about cheese"),
        (Typed("plan view"), "You have no plan yet"),
        (Typed("plan view", {"page": 0}), "You have no plan yet"),
        (Typed("plan pace", {"hours": 8}), "You have no plan yet"),
        (Typed("plan pause", {"until": "2027-02-01"}), "You have no plan yet"),
        (Typed("plan pause"), "You have no plan yet"),
        (Pressed("plan.begin:cheese:0:6", "Asia/Tokyo"), "I have nothing about cheese"),
        (Pressed("plan.begin:cloud-to-ai:0:600", "Asia/Tokyo"), "Choose a number from 4 to 20"),
        (Pressed("plan.begin:cloud-to-ai:0:6", "Nowhere"), "I know no single clock"),
        (Pressed("plan.begin:cloud-to-ai:999999999999:6", "Asia/Tokyo"), "not one I can use"),
        (Pressed("plan.page:1:1"), "I don't have that plan of yours"),
    ],
)
def test_what_cannot_be_done_says_what_to_do_next(quick: Desk, typed: Typed | Pressed, says: str) -> None:
    assert says in quick.tell(typed)


def test_what_a_plan_is_told_wrongly_is_answered_with_a_line_that_works(quick: Desk) -> None:
    quick.type("plan start", zone="Lisbon")
    said = quick.type("plan view", page=0)
    assert "page takes a whole number from 1 to 1000. This works: /plan view 1" in said
    assert "/plan pause needs until. This works: /plan pause 2027-01-18" in quick.type("plan pause")


def test_days_say_their_year_only_when_it_is_another() -> None:
    assert day_text(date(2026, 12, 7), 2026) == "Mon 7 Dec"
    assert day_text(date(2027, 1, 1), 2026) == "Fri 1 Jan 2027"
    assert week_text(date(2026, 12, 7), 2026) == "Mon 7 to Sun 13 Dec"
    assert week_text(date(2026, 12, 28), 2026) == "Mon 28 Dec to Sun 3 Jan 2027"


def test_a_city_typed_without_a_name_is_the_zone(quick: Desk) -> None:
    quick.tell(read_line("plan", "start 8 Lisbon", COMMANDS))
    assert (quick.plan().pace, quick.plan().zone) == (8, "Europe/Lisbon")
    assert "Did you mean /plan start?" in quick.tell(read_line("plan", "strat", COMMANDS))
