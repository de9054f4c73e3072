"""Goals at the door, on both databases: done and undone in place, late, with links, and out of a gap."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from bot.core.chat.call import Pressed, Submitted, Typed, Typing
from bot.core.chat.codec import decode, encode
from bot.core.chat.control import Select
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, plain_text
from bot.core.domain.plans import last_day, late_goals
from bot.core.errors import InvalidInput
from bot.core.ports import Store
from bot.core.views.dates import day_text
from bot.core.views.errors import refusal
from bot.core.views.naming import phase_name
from tests.contract.planning import CONTENT, HERE, KIM, SAM, Desk
from tests.soak import SOAK

MORE = "What to do, a link, or skip"
TOKENS = "Count the tokens in your own texts"
GAPS = tuple(skill.gap.id for skill in CONTENT.skill_map.skills)


@pytest.fixture
def desk(store: Store) -> Desk:
    desk = Desk(store)
    desk.type("plan start", zone="Lisbon")
    return desk


@pytest.fixture
def quick(sqlite_store: Store) -> Desk:
    """For what doesn't depend on the database."""
    desk = Desk(sqlite_store)
    desk.type("plan start", zone="Lisbon")
    return desk


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that run meanwhile, but for those that open and close transactions."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def test_done_turns_into_undo_in_place(desk: Desk) -> None:
    desk.type("goal")
    assert desk.labels()[:3] == ["Done", "Done", "Done"]
    done = Pressed(desk.find("Done"))
    assert "1 of 3 goals done, 5 h left" in desk.tell(done)
    assert isinstance(desk.reply, Update)
    assert desk.labels()[:3] == ["Undo", "Done", "Done"]
    first = desk.goal("tokens-by-hand")
    desk.clock.at += timedelta(hours=1)
    desk.tell(done)
    assert desk.goal("tokens-by-hand") == first
    desk.press("Undo")
    assert desk.labels()[:3] == ["Done", "Done", "Done"]
    assert desk.goal("tokens-by-hand").state == "todo"


def test_a_goals_own_card_says_what_to_do_and_changes_in_place(desk: Desk) -> None:
    desk.type("goal")
    told = desk.pick(MORE, TOKENS)
    goal = CONTENT.goals["tokens-by-hand"]
    assert all(source.title in told for source in goal.sources)
    assert "Done when" in told
    assert "– Skipped" in desk.press("Skip it")
    assert desk.labels()[0] == "Bring back"
    assert "0 of 3 goals done" in desk.press("Its week")
    assert desk.press("Bring back").count("· Count the tokens") == 1
    desk.pick(MORE, TOKENS)
    assert "✓ Done in the week of Mon 4 Jan." in desk.press("Done")
    assert "Skip it" not in desk.labels()
    assert "✓" not in desk.press("Undo")


def test_showing_goals_takes_three_queries(sqlite_engine: Engine, sqlite_store: Store) -> None:
    desk = Desk(sqlite_store)
    desk.type("plan start", zone="Lisbon")
    with counted(sqlite_engine) as said:
        desk.type("goal")
    asked = [one for one in said if one.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}]
    assert asked.pop(0).startswith("INSERT INTO inbox")
    assert len(asked) <= 3


def test_a_week_is_named_by_its_number(desk: Desk) -> None:
    assert "Week 5 of 22" in desk.type("goal", week=5)
    assert "Week 4 of 22" in desk.press("Week before")
    assert "Week 5 of 22" in desk.press("Week after")
    assert "Your plan has the weeks 1 to 22." in desk.type("goal", week=23)
    for week in (0, -3):
        assert "a whole number from 1 to" in desk.type("goal", week=week)


def test_weeks_are_offered_from_the_present_one_on(quick: Desk) -> None:
    quick.clock.at += timedelta(weeks=2)
    typing = Typing(HERE, SAM, "goal", "week", "")
    offered = quick.router.suggest(typing)
    assert [choice.value for choice in offered][:3] == ["3", "4", "5"]
    assert offered[0].label == "Week 3: Mon 18 to Sun 24 Jan"
    assert [one.value for one in quick.router.suggest(Typing(HERE, SAM, "goal", "week", "2"))][:2] == [
        "20",
        "21",
    ]
    assert quick.router.suggest(Typing(HERE, KIM, "goal", "week", "")) == ()


def test_cities_are_offered_with_their_zone(quick: Desk) -> None:
    offered = quick.router.suggest(Typing(HERE, KIM, "plan start", "zone", "port"))
    assert {choice.value for choice in offered} >= {"America/Los_Angeles", "Australia/Melbourne"}


def fall_behind(desk: Desk, hours: int, weeks: int) -> str:
    desk.type("plan pace", hours=hours)
    desk.clock.at += timedelta(weeks=weeks)
    return desk.type("goal")


def test_the_head_of_a_week_counts_the_goals_below_it(desk: Desk) -> None:
    told = fall_behind(desk, 6, 2)
    plan, now = desk.plan(), desk.clock.at
    listed = [goal for goal in plan.goals if goal.week <= 2]
    assert len(listed) > len([goal for goal in listed if goal.week == 2])
    assert f"0 of {len(listed)} goals done, {sum(goal.hours for goal in listed)} h left" in told
    assert phase_name(CONTENT, plan, plan.phases[0].phase_id) in told
    assert len(late_goals(plan, now)) < len(listed)


@pytest.mark.parametrize("way", ["Catch up", "Spread out", "Extend"])
def test_each_way_on_leads_to_the_end_that_was_shown(desk: Desk, way: str) -> None:
    told = fall_behind(desk, 20, 1)
    shown = next(line for line in told.split("\n") if line.startswith(f"{way}: "))
    before, late = desk.plan(), late_goals(desk.plan(), desk.clock.at)
    assert late
    told = desk.press(way)
    end = day_text(last_day(desk.plan()), 2027)
    assert shown.endswith(f"{end}.")
    assert f"{way}: done. {shown.removeprefix(f'{way}: ')}" in told, "as it was shown"
    assert not late_goals(desk.plan(), desk.clock.at)
    assert {goal.goal_id for goal in desk.plan().goals} == {goal.goal_id for goal in before.goals}


def test_a_way_that_cannot_work_says_why(quick: Desk) -> None:
    told = fall_behind(quick, 4, 3)
    assert "Catch up can't work: a week would hold more than 5 h." in told
    assert "Catch up" not in quick.labels()


def test_a_stale_way_on_says_how_things_are(desk: Desk) -> None:
    fall_behind(desk, 20, 1)
    catch_up, extend = Pressed(desk.find("Catch up")), Pressed(desk.find("Extend"))
    desk.tell(catch_up)
    after = desk.plan()
    assert "Nothing waits from earlier weeks any more." in desk.tell(extend)
    assert desk.plan() == after
    assert "not one I can use" in desk.tell(Pressed(f"late.take:{after.id}:give_up"))


def test_a_late_goal_can_be_undone_where_it_was_done(desk: Desk) -> None:
    fall_behind(desk, 6, 1)
    assert "from week 1" in desk.press("Done")
    assert desk.labels().count("Undo") == 1
    desk.press("Undo")
    assert desk.goal("tokens-by-hand").state == "todo"


def test_before_the_start_and_behind_the_end(desk: Desk) -> None:
    desk.clock.at -= timedelta(days=5)
    assert "Your plan starts on Mon 4 Jan. This is its first week." in desk.type("goal")
    desk.clock.at += timedelta(weeks=40)
    assert "After the last week" in desk.type("goal")
    assert "Catch up can't work: the last week is over." in " ".join(desk.type("goal").split("\n"))
    for _ in range(len(desk.plan().goals)):
        if "Done" not in desk.labels():
            desk.press("More goals")
        desk.press("Done")
    assert "with 39 goals done. Well done!" in desk.type("goal")


def test_a_plan_that_is_paused_before_its_start_starts_later(quick: Desk) -> None:
    quick.clock.at -= timedelta(days=5)
    assert "0 done, 0 planned by now" in quick.type("progress")
    quick.type("plan pause", until="2027-02-01")
    assert "Your plan starts on Mon 1 Feb. This is its first week." in quick.type("goal")
    assert "0 done, 0 planned by now" in quick.type("progress")


def test_a_long_week_is_paged(desk: Desk) -> None:
    told = fall_behind(desk, 20, 1)
    assert "Week 2 of 14, page 1 of 2" in told
    shown = desk.labels().count("Done")
    assert shown == 5
    assert "Extend" not in desk.press("More goals").split("\n")
    shown += desk.labels().count("Done")
    assert shown == sum(goal.week <= 1 for goal in desk.plan().goals)
    assert "page 2 of 2" in desk.press("Done")
    assert "page 1 of 2" in desk.press("Back up")


def add_link(desk: Desk, **values: str) -> str:
    desk.type("goal")
    desk.pick(MORE, TOKENS)
    desk.press("Add a link")
    return desk.send(**{"link": "https://github.com/sam/tokens", "kind": "repository", **values})


def test_links_are_added_changed_and_withdrawn(desk: Desk) -> None:
    told = add_link(desk, note="Start with *the table*")
    assert "Repository on github.com" in told
    assert "Start with *the table*" in told
    assert desk.pick("Change a link", "1. Repository on github.com") == "Change the link"
    assert isinstance(desk.reply, Form)
    assert [getattr(one, "value", "") for one in desk.reply.inputs] == [
        "https://github.com/sam/tokens", "repository", "Start with *the table*"
    ]  # fmt: skip
    told = desk.send(link="https://Notes.example.org/é", kind="notebook")
    assert "Notebook on notes.example.org" in told
    assert "the table" not in told
    assert "1 link" in desk.press("Its week")
    desk.pick(MORE, TOKENS)
    withdraw = next(one for one in desk.items() if isinstance(one, Select) and "Withdraw" in one.placeholder)
    gone = Pressed(encode(withdraw.action), withdraw.choices[0].value)
    assert "The link is withdrawn." in desk.tell(gone)
    assert "I don't have that link of yours" in desk.tell(gone)
    assert "link" not in desk.type("goal")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"link": "http://github.com/x"}, "That is no link I can keep"),
        ({"link": "https://localhost/x"}, "a public name"),
        ({"link": "https://10.0.0.1/x"}, "a public name"),
        ({"link": "https://a:b@github.com"}, "user name or password"),
        ({"link": "https://github.com/" + "x" * 500}, "at most 500 characters"),
        ({"kind": "recording"}, "This goal takes links to: notebook, repository, document"),
        ({"kind": ""}, "left empty"),
        ({"link": " "}, "left empty"),
        ({"note": "x" * 301}, "note takes at most 300 characters"),
    ],
)
def test_a_link_that_cannot_be_kept_says_why(quick: Desk, values: dict[str, str], says: str) -> None:
    assert says in add_link(quick, **values)
    with quick.store.read() as tx:
        assert tx.evidence.of(quick.member(), ["tokens-by-hand"]) == ()


def test_what_a_refused_form_held_is_not_lost(quick: Desk) -> None:
    told = add_link(quick, link="http://github.com/x", note="My *first* notebook @everyone")
    assert "What you had typed, to copy it back:\nhttp://github.com/x\n" in told
    assert "My *first* notebook @everyone" in told
    assert "repository" not in told.replace("github.com", "")


@pytest.mark.parametrize("text", ["<" * 3_000, "*_" * 2_000, "&\n" * 900])
def test_a_refused_form_of_any_length_gets_an_answer(text: str) -> None:
    refused = refusal(InvalidInput("evidence.kind", kinds=text), (text,) * 7)
    assert "What you had typed" in plain_text(refused)


@pytest.mark.parametrize("tail", ["&" * 480, "-." * 240, "<b>" * 50, "_*" * 240, "é" * 80])
def test_five_of_the_longest_links_fit_a_card(quick: Desk, tail: str) -> None:
    for _ in range(5):
        told = add_link(quick, link=f"https://github.com/{tail}"[:500], note="*_`[" * 75)
    assert told.count("Repository on github.com") == 5
    assert "Add a link" not in quick.labels()
    form = Submitted(
        f"evidence.add:{quick.plan().id}:tokens-by-hand", {"link": "https://a.org", "kind": "notebook"}
    )
    assert "at most 5 links" in quick.tell(form)


def test_home_shows_the_weeks_goals_with_done(desk: Desk) -> None:
    piece = Message("Home", desk.router.home(HERE, SAM)[:18])
    desk.reply = piece
    assert "0 of 3 goals done" in plain_text(piece)
    home = plain_text(Message("Home", desk.router.home(HERE, SAM)))
    assert "Progress 0 goals done. Streak: a goal this week begins one." in home
    assert desk.labels().count("Done") == 3
    assert "1 of 3 goals done" in desk.press("Done")
    assert "Your week" not in str(desk.router.home(HERE, KIM))


@pytest.mark.parametrize("gap_id", GAPS)
def test_a_gap_shows_its_goals_in_order_and_adds_what_a_plan_lacks(desk: Desk, gap_id: str) -> None:
    goals = CONTENT.goals_of_gap(CONTENT.track, gap_id)
    gap = CONTENT.skill_map.gap(gap_id)
    told = desk.tell(Pressed(f"gap.goals:{gap_id}"))
    first = next(line for line in told.split("\n") if line.startswith("- "))
    assert first.startswith(f"- {goals[0].title}")
    assert "· ·" not in told
    assert " · week " in told
    assert f"{gap.name}: {len(goals)} goals" in told
    desk.type("plan pace", hours=20)
    before = desk.plan()
    told = desk.tell(Pressed(f"gap.add:{gap_id}"))
    lacking = [goal for goal in goals if goal.id not in {one.goal_id for one in before.goals}]
    assert all(goal.title in told for goal in lacking)
    assert set(before.goals) <= set(desk.plan().goals)
    assert len(desk.plan().goals) == len(before.goals) + len(lacking)
    assert last_day(desk.plan()) == last_day(before)
    assert "Your plan holds all of its goals" in desk.tell(Pressed(f"gap.add:{gap_id}"))


def test_a_gap_without_a_plan_leads_to_one(desk: Desk) -> None:
    assert "/plan start puts them into weeks" in desk.tell(Pressed(f"gap.goals:{GAPS[0]}"), KIM)
    assert "/plan start makes one" in desk.tell(Pressed(f"gap.add:{GAPS[0]}"), KIM)
    assert "not on the map any more" in desk.tell(Pressed("gap.add:cheese"), KIM)


def choose(chance: random.Random, desk: Desk) -> Typed | Pressed | Submitted:
    """Something a member may do next: mostly a press of what they see."""
    if isinstance(desk.reply, Form):
        link = chance.choice(("https://github.com/sam", "https://a.org/" + "&" * 480, "nothing"))
        hours = str(chance.randint(3, 21))
        values = {"link": link, "kind": "repository", "note": "<" * 300, "hours": hours, "zone": "Lisbon"}
        return Submitted(encode(desk.reply.action), values)
    items = [
        one for one in desk.items() if decode(encode(one.action)).name not in {"plan.reset", "plan.swap"}
    ]
    if items and chance.random() < 0.8:
        item = chance.choice(items)
        value = chance.choice(item.choices).value if isinstance(item, Select) else None
        return Pressed(encode(item.action), value)
    day = (desk.clock.at + timedelta(days=chance.choice((-5, 3, 10, 90, 300)))).date().isoformat()
    return chance.choice(
        (
            Typed("goal"),
            Typed("goal", {"week": chance.randint(0, 25)}),
            Typed("plan view"),
            Typed("plan pace", {"hours": chance.randint(4, 20)}),
            Typed("plan pause", {"until": day}),
            Typed("plan resume"),
            Typed("plan zone", {"zone": chance.choice(("Lisbon", "Asia/Tokyo", "Pacific/Auckland"))}),
            Pressed(f"gap.goals:{chance.choice(GAPS)}"),
            Pressed(f"gap.add:{chance.choice(GAPS)}"),
        )
    )


@pytest.mark.parametrize("seed", range(40 if SOAK else 2))
def test_whatever_a_member_presses_is_answered(sqlite_store: Store, seed: int) -> None:
    """A card that breaks a limit, or a bug anywhere, raises: see `Desk`."""
    chance = random.Random(seed)
    desk = Desk(sqlite_store)
    desk.knows({gap: chance.randint(0, 3) for gap in GAPS if chance.random() < 0.5})
    desk.type(
        "plan start", zone="Lisbon", hours=chance.randint(4, 20), track=chance.choice(("cloud", "devops"))
    )
    for _ in range(60):
        desk.tell(choose(chance, desk))
        if chance.random() < 0.15:
            desk.clock.at += timedelta(days=chance.choice((1, 7, 21, 100)))
        desk.router.home(HERE, SAM)
