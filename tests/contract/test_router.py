"""The one door, on both databases: what it refuses, what it keeps, and that spaces never meet."""

from itertools import count
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, Pressed, Space, Submitted, Typed, Typing
from bot.core.chat.codec import decode, encode
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Text, Update, actions_of, plain_text
from bot.core.chat.part import Plain
from bot.core.domain.curriculum import Content
from bot.core.domain.questions import Matcher
from bot.core.errors import TryAgain
from bot.core.feature import Feature
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.core.ports import Store
from bot.core.request import Context, Library, Request
from bot.core.router import Router
from bot.curriculum.load import load_content
from tests.soak import SOAK

pytestmark = pytest.mark.one_database

HERE = Space(Address("playground", "here"), "Here")
THERE = Space(Address("playground", "there"), "There")
SAM = Caller(Address("playground", "sam"), "Sam")
KIM = Caller(Address("playground", "kim"), "Kim")
LEAD = Caller(Address("playground", "lead"), "Lead", is_lead=True)


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(Path(__file__).resolve().parents[2] / "content")


class Door:
    """A router on a store, with the bugs it reported."""

    def __init__(self, store: Store, content: Content, features: tuple[Feature, ...] = FEATURES) -> None:
        catalog = Catalog(features)
        self.bugs: list[Exception] = []
        library = Library(content, Matcher(content.skill_map), tuple(catalog.commands.values()), ())
        self.router = Router(catalog, store, SystemClock(), library, self.report)
        self.store = store
        self._numbers = count()

    def report(self, error: Exception, call: object) -> str:
        self.bugs.append(error)
        return "ref"

    def ask(self, what: Typed | Pressed | Submitted, caller: Caller = SAM, space: Space = HERE) -> Answer:
        answer = self.router.answer(Call(str(next(self._numbers)), space, caller, what))
        assert answer is not None
        if self.bugs:
            raise self.bugs[0]
        return answer

    def tell(self, what: Typed | Pressed | Submitted, caller: Caller = SAM, space: Space = HERE) -> str:
        """The answer as plain text, or a form's title."""
        reply = self.ask(what, caller, space).reply
        if isinstance(reply, Form):
            return reply.title
        return plain_text(reply.message if isinstance(reply, Update) else reply)


@pytest.fixture
def door(store: Store, content: Content) -> Door:
    return Door(store, content)


def skillgap(text: str) -> Typed:
    return Typed("skillgap", {"question": text})


def button(answer: Answer, name: str) -> str:
    assert isinstance(answer.reply, Message)
    return next(encode(one) for one in actions_of(answer.reply.blocks) if one.name == name)


def test_a_question_is_answered_privately_and_kept(door: Door) -> None:
    answer = door.ask(skillgap("I run EKS and look after RDS"))
    assert answer.private
    with door.store.read() as tx:
        member = tx.members.find(HERE, SAM)
        assert member is not None
        kept = tx.questions.latest(member)
    assert kept is not None
    assert kept.text == "I run EKS and look after RDS"
    assert set(kept.skills) == {"container-orchestration", "managed-databases"}


def test_a_question_that_finds_nothing_is_queued_without_a_name(door: Door) -> None:
    for caller in (SAM, KIM):
        assert "My map doesn't cover that" in door.tell(skillgap("how do I plant tomatoes"), caller)
    with door.store.read() as tx:
        member = tx.members.find(HERE, SAM)
        assert member is not None
        assert tx.questions.latest(member) is None
        (queued,) = tx.questions.queued(member.space_id)
    assert (queued.text, queued.reason, queued.times) == ("how do I plant tomatoes", "unanswered", 2)


def test_a_wrong_answer_is_reported_by_who_asked(door: Door) -> None:
    wrong = button(door.ask(skillgap("I run EKS")), "question.wrong")
    assert door.tell(Pressed(wrong)) == "What would be right?"
    report = "question.report:" + decode(wrong).args[0]
    sent = Submitted(report, {"expected": ("autoscaling", "autoscaling"), "note": "I meant scaling"})
    assert "Noted" in door.tell(sent)
    with door.store.read() as tx:
        member = tx.members.find(HERE, SAM)
        assert member is not None
        (queued,) = tx.questions.queued(member.space_id)
    assert (queued.reason, queued.expected, queued.note) == ("wrong", ("autoscaling",), "I meant scaling")


@pytest.mark.parametrize(("caller", "space"), [(KIM, HERE), (SAM, THERE), (LEAD, HERE), (KIM, THERE)])
def test_nobody_else_can_use_a_members_button(door: Door, caller: Caller, space: Space) -> None:
    wrong = button(door.ask(skillgap("I run EKS")), "question.wrong")
    report = wrong.replace("wrong", "report")
    assert "I don't have that question of yours" in door.tell(Pressed(wrong), caller, space)
    assert "I don't have that question of yours" in door.tell(Submitted(report, {"note": "x"}), caller, space)
    with door.store.read() as tx:
        for one in (SAM, caller):
            member = tx.members.find(space, one)
            assert member is None or tx.questions.queued(member.space_id) == ()


def test_tips_come_once_until_all_are_seen(door: Door, content: Content) -> None:
    topic = content.challenges[0]
    pool = {tip.title for tip in content.tips if tip.challenge == topic.id}
    told = [door.tell(Typed("tip", {"topic": topic.id})).split("\n")[0] for _ in range(2 * len(pool))]
    assert set(told[: len(pool)]) == pool
    assert told[len(pool) :] == told[: len(pool)]


def test_every_tip_page_skill_and_track_can_be_shown(door: Door, content: Content) -> None:
    for tip in content.tips:
        assert tip.title in door.tell(Pressed(f"tip.reveal:{tip.id}"))
    for skill in content.skill_map.skills:
        assert skill.gap.name in door.tell(Pressed(f"skill.show:{skill.id}"))
    for topic_id in (*(page.id for page in content.pages), *(track.id for track in content.tracks)):
        assert door.tell(Pressed("guide.open", topic_id)) == door.tell(Typed("guide", {"topic": topic_id}))


def test_every_skill_at_once_still_fits_a_message(door: Door, content: Content) -> None:
    text = ", ".join(skill.name for skill in content.skill_map.skills)
    told = door.tell(skillgap(text))
    assert all(skill.gap.name in told for skill in content.skill_map.skills)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (Typed("dance"), "I don't know the command dance"),
        (Typed("tip", {"topic": "cheese"}), "I have nothing about cheese"),
        (Typed("tip", {"colour": "red"}), "/tip has no colour"),
        (skillgap("x" * 501), "takes at most 500 characters"),
        (Pressed("tip.next:nothing"), "not there any more"),
        (Pressed("skill.show:nothing"), "not on the map any more"),
        (Pressed("guide.open", "nothing"), "not in the guide any more"),
        (Pressed("question.wrong:999999"), "I don't have that question"),
        (Pressed("question.wrong:-1"), "not one I can use"),
        (Pressed("question.wrong:" + "9" * 40), "not one I can use"),
        (Pressed("question.report:1"), "not one I can use"),
        (Submitted("question.wrong:1", {}), "not one I can use"),
        (Pressed("no.such"), "not one I can use"),
        (Pressed("\x00"), "not one I can use"),
    ],
)
def test_what_cannot_be_done_says_what_to_do_next(
    door: Door, what: Typed | Pressed | Submitted, says: str
) -> None:
    assert says in door.tell(what)
    assert door.ask(what).private


def test_limits_hold_to_the_last_character(door: Door) -> None:
    for length in (499, 500):
        assert "characters" not in door.tell(skillgap("y" * length)).split("\n", 1)[0]
    for length in (501, 5_000):
        assert "takes at most 500 characters" in door.tell(skillgap("y" * length))


def test_a_lead_command_is_checked_when_it_runs(store: Store, content: Content) -> None:
    feature = Feature("things", ModuleType("views"))
    done = Message("Counted", (Text((Plain("one"),)),))

    @feature.command("count", "Counts", private=True, lead=True)
    def count(request: Request, ctx: Context) -> Message:
        return done

    door = Door(store, content, (feature,))
    refused = door.ask(Typed("count"))
    assert refused.private
    assert isinstance(refused.reply, Message)
    assert "Only leads" in plain_text(refused.reply)
    assert door.ask(Typed("count"), LEAD) == Answer(done, private=True)
    assert "Only leads" in door.tell(Typed("count"), Caller(LEAD.address, LEAD.name, is_lead=False))


def test_a_bug_keeps_nothing_and_gives_a_reference(store: Store, content: Content) -> None:
    feature = Feature("things", ModuleType("views"))

    @feature.command("break", "Breaks", private=True)
    def fall(request: Request, ctx: Context) -> Message:
        raise RuntimeError("the text of a member")

    door = Door(store, content, (feature,))
    answer = door.router.answer(Call("key", HERE, SAM, Typed("break")))
    assert answer is not None
    assert isinstance(answer.reply, Message)
    assert "`ref`" in str(answer.reply)
    assert "the text of a member" not in plain_text(answer.reply)
    assert [type(bug) for bug in door.bugs] == [RuntimeError]
    with store.read() as tx:
        assert tx.members.find(HERE, SAM) is None


def test_a_store_that_gives_up_says_try_again(content: Content) -> None:
    class Away:
        def write(self, _budget: object = None) -> None:
            raise TryAgain

        read = write

    door = Door(Away(), content)  # type: ignore[arg-type]  # a store that is always away
    assert "Please try again" in door.tell(Typed("cairn"))
    assert door.router.suggest(Typing(HERE, SAM, "tip", "topic", "")) == ()
    assert door.router.home(HERE, SAM)


def test_suggestions_enrol_nobody(door: Door) -> None:
    found = door.router.suggest(Typing(HERE, SAM, "tip", "topic", "over"))
    assert [choice.value for choice in found] == ["over-provisioning"]
    assert door.router.suggest(Typing(HERE, SAM, "tip", "nothing", "")) == ()
    assert door.router.suggest(Typing(HERE, SAM, "nothing", "topic", "")) == ()
    for command, option in (("skillgap", "question"), ("guide", "topic"), ("cairn", "command")):
        assert door.router.suggest(Typing(HERE, SAM, command, option, ""))
    with door.store.read() as tx:
        assert tx.members.find(HERE, SAM) is None


def test_home_shows_first_steps_and_what_was_asked_last(door: Door) -> None:
    assert "First steps" in str(door.router.home(HERE, SAM))
    door.ask(skillgap("I tune MySQL"))
    assert "I tune MySQL" in str(door.router.home(HERE, SAM))
    assert "I tune MySQL" not in str(door.router.home(THERE, SAM))


ODD = st.text(st.characters(exclude_categories=()), max_size=700)
ACTIONS = st.sampled_from(
    [
        "question.wrong",
        "question.report",
        "skill.show",
        "tip.next",
        "tip.reveal",
        "guide.open",
        "command.explain",
    ]
)


@settings(
    max_examples=300 if SOAK else 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(st.lists(ODD, min_size=10, max_size=10), st.lists(ACTIONS, min_size=10, max_size=10))
def test_nothing_that_is_typed_or_crafted_breaks_the_door(
    door: Door, texts: list[str], actions: list[str]
) -> None:
    for text, action in zip(texts, actions, strict=True):
        door.tell(skillgap(text))
        door.tell(Typed(text, {text: text}))
        door.tell(Typed("tip", {"topic": text}))
        door.tell(Pressed(f"{action}:{text}"))
        door.tell(Pressed(action, text))
        door.tell(Submitted(f"{action}:1", {"note": text, "expected": (text,)}))
