"""The Slack adapter against a Slack on this machine: where each answer goes."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.slack import listeners
from bot.core.chat.call import Answer, Caller, Pressed, ReplyTo, Submitted, Typed
from bot.core.chat.message import Update, first_text
from bot.core.ids import Address
from tests.end_to_end.slack_bot import (
    ELSEWHERE,
    GENERAL,
    NOTE,
    OTHER,
    PICTURE,
    REFUSAL,
    TRANSPORTS,
    Met,
    meeting,
)
from tests.end_to_end.slack_faults import BROKEN, BUSY, Fault
from tests.end_to_end.slack_people import items_of
from tests.end_to_end.slack_workspace import Payload, Post

pytestmark = pytest.mark.usefixtures("patient_slack")

GONE = Fault("refuse", 404, "expired_url")


@pytest.fixture(params=TRANSPORTS)
async def met(request: pytest.FixtureRequest) -> AsyncIterator[Met]:
    async with meeting(request.param) as slack:
        yield slack
        assert slack.bugs == []


def find(met: Met, label: str) -> tuple[Post, Payload]:
    for post in reversed(met.workspace.posts):
        for item in items_of(post.payload.get("blocks", [])):
            if label in (item.get("text", item.get("placeholder")) or {}).get("text", ""):
                return post, item
    raise AssertionError(label)


async def press(met: Met, label: str, value: str | None = None) -> None:
    post, item = find(met, label)
    await met.member.press(post, item, value)


async def test_a_command_is_answered_in_its_acknowledgement(met: Met) -> None:
    before = met.fake.calls.copy()
    told = await met.member.type("/whisper", "")
    assert told["response_type"] == "ephemeral"
    assert (await met.member.type("/say", ""))["response_type"] == "in_channel"
    assert met.shown() == ["Card", "Card"]
    assert met.shown(met.lead) == ["Card"]
    await met.wait(lambda: bool(met.doors.learnt))
    assert met.fake.calls - before == {"users.info": 1}
    call, address = met.doors.calls[0], Address("slack", met.member.id)
    assert (call.what, call.caller) == (Typed("whisper"), Caller(address, "", handle="member.a"))
    assert call.space.address == Address("slack", met.workspace.id)
    assert call.reply_to == ReplyTo(Address("slack", GENERAL))


async def test_an_answer_that_takes_long_comes_by_itself(met: Met, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.slack.arrival.ACK_SECONDS", 2.5)
    met.doors.seconds = 2.2
    assert await met.member.type("/whisper", "") == {}
    await met.wait(lambda: met.shown() == ["Card"])
    assert met.shown(met.lead) == []


async def test_a_press_changes_its_message_also_one_that_only_its_reader_sees(met: Met) -> None:
    for command in ("/whisper", "/say"):
        await met.member.type(command, "")
        await press(met, "Go")
        await met.wait(lambda: met.shown()[-1] == "Note")
    assert met.shown() == ["Note", "Note"]
    call = met.doors.calls[-1]
    assert call.what == Pressed("go.on")
    assert call.reply_to.message == Address("slack", met.workspace.posts[-1].ts)


async def test_a_select_says_what_was_chosen_and_a_link_says_nothing(met: Met) -> None:
    await met.member.type("/say", "")
    await press(met, "Read")
    await press(met, "Pick", "2")
    await met.wait(lambda: met.shown() == ["Card", "Note"])
    assert met.shown(met.lead) == ["Card"]
    assert [call.what for call in met.doors.calls[1:]] == [Pressed("go.pick", "2")]


async def test_a_form_changes_the_message_whose_button_opened_it(met: Met) -> None:
    await met.member.type("/whisper", "")
    await press(met, "Ask")
    await met.member.submit({"why": "because"})
    await met.wait(lambda: met.shown() == ["Note"])
    assert met.workspace.modals[met.member.id] == []
    assert met.doors.calls[-1].what == Submitted("go.sent", {"why": "because", "note": ""})


async def test_a_form_that_is_refused_stays_open_below_what_it_says(met: Met) -> None:
    await met.member.type("/form", "")
    met.doors.replies["go.sent"] = Answer(REFUSAL, private=True, refused=True)
    assert (await met.member.submit({"why": "no"}))["response_action"] == "push"
    assert met.member.modal.view["title"]["text"] == REFUSAL.title
    met.member.close()
    met.doors.replies["go.sent"] = Answer(NOTE, private=True)
    await met.member.submit({"why": "yes"})
    await met.wait(lambda: met.shown() == ["Note"])


async def test_a_refusal_about_an_input_stands_at_it(met: Met) -> None:
    await met.member.type("/form", "")
    met.doors.replies["go.sent"] = Answer(REFUSAL, private=True, refused=True, about="why")
    told = await met.member.submit({"why": "no"})
    assert told == {"response_action": "errors", "errors": {"why": first_text(REFUSAL)}}
    # What is not among the form's inputs can't be pointed at.
    met.doors.replies["go.sent"] = Answer(REFUSAL, private=True, refused=True, about="zone")
    assert (await met.member.submit({"why": "no"}))["response_action"] == "push"


async def test_what_a_command_was_not_told_is_asked_for(met: Met) -> None:
    assert await met.member.type("/plan", "zone hours:6") == {}
    assert [one["value"] for one in await met.member.search("zone", "known")] == ["x"]
    # Nobody has to choose from the list: when it is empty, what was typed stands for itself.
    assert [one["value"] for one in await met.member.search("zone", "Atlantis")] == ["Atlantis"]
    await met.member.submit({"zone": "Atlantis"})
    await met.wait(lambda: met.shown() == ["Note"])
    assert met.doors.calls[-1].what == Typed("plan zone", {"zone": "Atlantis", "hours": "6"})


async def test_a_form_whose_time_has_run_out_asks_to_try_again(met: Met) -> None:
    met.fake.faults.plan("views.open", Fault("refuse", 200, "expired_trigger_id"))
    await met.member.type("/form", "")
    await met.wait(lambda: met.shown() == ["The form didn't open"])


async def test_the_home_tab_is_drawn_when_it_is_opened_and_after_each_press(met: Met) -> None:
    await met.member.open_home("messages")
    await met.member.open_home()
    await met.wait(lambda: met.member.id in met.workspace.homes)
    home = met.workspace.homes[met.member.id]
    assert home["blocks"][0]["text"]["text"] == "Cloud to AI, 0"
    await met.member.press_home(next(items_of(home["blocks"])))
    await met.wait(lambda: "1" in met.workspace.homes[met.member.id]["blocks"][0]["text"]["text"])
    assert met.workspace.posts[-1].channel == met.workspace.direct(met.member.id)
    assert met.shown() == ["Note"]


async def test_a_mention_and_a_direct_message_are_questions(met: Met) -> None:
    await met.member.mention("I run EKS & <https://a.example>")
    await met.wait(lambda: met.shown() == ["Note"])
    assert met.shown(met.lead) == []
    await met.member.write("I write Terraform")
    await met.wait(lambda: met.shown() == ["Note", "Note"])
    assert met.workspace.posts[-1].channel == met.workspace.direct(met.member.id)
    questions = [call.what for call in met.doors.calls]
    assert questions == [
        Typed("skillgap", {"question": "I run EKS & <https://a.example>"}),
        Typed("skillgap", {"question": "I write Terraform"}),
    ]
    await met.wait(lambda: [one.handle for one in met.doors.learnt] == ["member.a"])


async def test_what_nobody_said_is_not_answered(met: Met) -> None:
    await met.member.write("edited", subtype="message_changed")
    await met.member.write("by a machine", bot_id="BOTHER")
    await met.member.write("in a group", channel=GENERAL, channel_type="channel")
    await met.member.line.send("events_api", met.member.event_payload({"type": "tokens_revoked"}))
    await met.member.type("/say", "")
    assert [call.what for call in met.doors.calls] == [Typed("say")]


async def test_another_workspace_and_another_address_are_refused(met: Met) -> None:
    assert await met.member.type("/say", "", team_id="TOTHER") == {}
    assert await met.member.type("/say", "", response_url="https://evil.example/") == {}
    assert met.doors.calls == []


async def test_only_for_a_lead_s_command_is_asked_who_leads_and_each_time(met: Met) -> None:
    await met.member.type("/rule", "")
    await met.lead.type("/rule", "")
    assert [call.caller.is_lead for call in met.doors.calls] == [False, True]
    await met.lead.type("/say", "")
    post, item = find(met, "Rule")
    met.workspace.people[met.lead.id]["is_admin"] = False
    await met.lead.press(post, item)
    assert met.doors.calls[-1].caller.is_lead is False
    assert met.fake.calls["users.info"] == 3


@pytest.mark.parametrize("fault", [BROKEN, BUSY, Fault("slow", seconds=1.5)])
async def test_who_leads_is_asked_again(met: Met, fault: Fault) -> None:
    met.fake.faults.plan("users.info", fault)
    await met.lead.type("/rule", "")
    await met.wait(lambda: met.shown(met.lead) == ["Note"])
    assert [call.caller.is_lead for call in met.doors.calls] == [True]


async def test_who_leads_can_t_be_told_so_nothing_is_done(met: Met, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "FACTS_KEPT_SECONDS", 0.3)
    met.fake.faults.storm("users.info", 1, (BROKEN, 1.0))
    await met.lead.type("/rule", "")
    await met.wait(lambda: met.shown(met.lead) == ["I couldn't check that you're a lead"])
    assert met.doors.calls == []


@pytest.mark.parametrize("code", ["user_not_found", "missing_scope"])
async def test_who_leads_is_never_told_so_only_cairn_s_own_leads_lead(met: Met, code: str) -> None:
    met.fake.faults.storm("users.info", 1, (Fault("refuse", 200, code), 1.0))
    await met.lead.type("/rule", "")
    assert [call.caller.is_lead for call in met.doors.calls] == [False]


async def test_the_chart_of_a_private_answer_comes_as_a_file_to_its_reader(met: Met) -> None:
    await met.member.type("/draw", "")
    await met.wait(lambda: sorted(met.shown()) == ["Picture", "…"])
    shared = next(post for post in met.workspace.posts if post.file)
    assert shared.channel == met.workspace.direct(met.member.id)
    assert shared.file is not None
    assert shared.file["alt"] == "Three goals are done."
    assert shared.file["content"].startswith(b"\x89PNG")
    await met.member.type("/draw", "")
    await met.member.type("/whisper", "")
    assert sorted(met.shown()) == ["Card", "Picture", "Picture", "…"]


async def test_a_chart_that_fails_takes_no_answer_with_it(met: Met) -> None:
    met.painter.broken = True
    await met.member.type("/draw", "")
    await met.wait(lambda: bool(met.bugs))
    assert met.shown() == ["Picture"]
    assert [str(error) for error in met.bugs] == ["no paint"]
    met.bugs.clear()


async def test_an_address_that_is_used_up_is_not_the_only_way(met: Met) -> None:
    await met.member.type("/say", "")
    met.fake.faults.plan("response_url", GONE)
    await press(met, "Go")
    await met.wait(lambda: met.shown() == ["Note"])
    met.doors.replies["go.on"] = OTHER
    await met.member.type("/whisper", "")
    met.fake.faults.plan("response_url", GONE)
    await press(met, "Go")
    await met.wait(lambda: met.shown() == ["Note", "Card", "Note"])
    assert met.workspace.posts[-1].audience == met.member.id


async def test_a_message_that_can_t_be_changed_any_more_is_said_anew(met: Met) -> None:
    await met.member.type("/whisper", "")
    met.fake.faults.plan("response_url", GONE)
    await press(met, "Go")
    await met.wait(lambda: met.shown() == ["Card", "Note"])
    assert met.workspace.posts[-1].channel == met.workspace.direct(met.member.id)


async def test_where_cairn_is_no_member_the_answer_comes_directly(met: Met) -> None:
    met.member.channel = ELSEWHERE
    await met.member.type("/whisper", "")
    met.doors.replies["go.on"] = OTHER
    met.fake.faults.plan("response_url", GONE)
    await press(met, "Go")
    await met.wait(lambda: met.shown() == ["Card", "Note"])
    assert met.workspace.posts[-1].channel == met.workspace.direct(met.member.id)


async def test_slack_is_asked_again_when_it_is_busy(met: Met) -> None:
    met.fake.faults.plan("chat.postMessage", BUSY, BUSY)
    await met.member.write("I run EKS")
    await met.wait(lambda: met.shown() == ["Note"])


async def test_a_command_s_update_is_a_message_like_any_other(met: Met) -> None:
    met.doors.replies["whisper"] = Answer(Update(PICTURE), private=True)
    await met.member.type("/whisper", "")
    await met.wait(lambda: sorted(met.shown()) == ["Picture", "…"])
