"""What Slack sends, in the shapes that its documentation shows, with ids of no workspace."""

from typing import Any

Payload = dict[str, Any]

HOOKS = "https://hooks.slack.com/"
TEAM, USER, BOT, CHANNEL = "T0123ABCD", "U0123ABCD", "UCAIRN001", "C0123ABCD"
METADATA = '["U0123ABCD","C0123ABCD","1700000000.000100","https://hooks.slack.com/actions/T/1/a",false]'

COMMAND: Payload = {
    "token": "gIkuvaNzQIHg97ATvDxqgjtO",
    "team_id": TEAM,
    "team_domain": "example",
    "channel_id": CHANNEL,
    "channel_name": "general",
    "user_id": USER,
    "user_name": "sam",
    "command": "/skillgap",
    "text": "I run EKS &amp; RDS &lt;3 &amp;lt;",
    "api_app_id": "A0123ABCD",
    "is_enterprise_install": "false",
    "response_url": "https://hooks.slack.com/commands/T0123ABCD/1/a",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
}

_INTERACTION: Payload = {
    "user": {"id": USER, "username": "sam", "name": "sam", "team_id": TEAM},
    "api_app_id": "A0123ABCD",
    "token": "gIkuvaNzQIHg97ATvDxqgjtO",
    "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
    "team": {"id": TEAM, "domain": "example"},
    "enterprise": None,
    "is_enterprise_install": False,
}

BUTTON: Payload = {
    **_INTERACTION,
    "type": "block_actions",
    "container": {
        "type": "message",
        "message_ts": "1700000000.000100",
        "channel_id": CHANNEL,
        "is_ephemeral": True,
    },
    "channel": {"id": CHANNEL, "name": "general"},
    "state": {"values": {}},
    "response_url": "https://hooks.slack.com/actions/T0123ABCD/1/a",
    "actions": [
        {
            "action_id": "goal.done:42",
            "block_id": "b1",
            "text": {"type": "plain_text", "text": "Done", "emoji": False},
            "type": "button",
            "action_ts": "1700000001.000100",
        }
    ],
}

SELECT: Payload = {
    **BUTTON,
    "actions": [
        {
            "type": "static_select",
            "action_id": "level.set:7",
            "block_id": "b2",
            "selected_option": {
                "text": {"type": "plain_text", "text": "Daily", "emoji": False},
                "value": "2",
            },
            "placeholder": {"type": "plain_text", "text": "Your level", "emoji": False},
            "action_ts": "1700000001.000100",
        }
    ],
}

LINK: Payload = {
    **BUTTON,
    "actions": [{"type": "button", "action_id": "link/2", "block_id": "b1", "url": "https://a.example"}],
}

HOME_BUTTON: Payload = {
    **{name: value for name, value in BUTTON.items() if name not in ("response_url", "channel")},
    "container": {"type": "view", "view_id": "V0123ABCD"},
    "view": {"id": "V0123ABCD", "type": "home", "callback_id": "", "private_metadata": ""},
}

SUBMISSION: Payload = {
    **_INTERACTION,
    "type": "view_submission",
    "view": {
        "id": "V0123ABCD",
        "team_id": TEAM,
        "type": "modal",
        "callback_id": "goal.set:7",
        "private_metadata": METADATA,
        "hash": "1700000000.abcdef",
        "state": {
            "values": {
                "title": {"title": {"type": "plain_text_input", "value": "Ship *it*"}},
                "why": {"why": {"type": "plain_text_input", "value": None}},
                "due": {"due": {"type": "datepicker", "selected_date": "2027-03-31"}},
                "level": {"level": {"type": "static_select", "selected_option": None}},
                "tags": {
                    "tags": {
                        "type": "multi_static_select",
                        "selected_options": [
                            {"text": {"type": "plain_text", "text": "New"}, "value": "0"},
                            {"text": {"type": "plain_text", "text": "Daily"}, "value": "2"},
                        ],
                    }
                },
            }
        },
    },
    "response_urls": [],
}

RUN_SUBMISSION: Payload = {
    **SUBMISSION,
    "view": {
        **SUBMISSION["view"],
        "callback_id": "command.run:plan%20zone",
        "private_metadata": '["U0123ABCD","C0123ABCD","","https://hooks.slack.com/commands/T/1/a",false]',
        "state": {
            "values": {
                "zone": {
                    "zone": {
                        "type": "external_select",
                        "selected_option": {
                            "text": {"type": "plain_text", "text": "Lisbon"},
                            "value": "Lisbon",
                        },
                    }
                },
                "hours": {"hours": {"type": "plain_text_input", "value": None}},
            }
        },
    },
}

SUGGESTION: Payload = {
    **_INTERACTION,
    "type": "block_suggestion",
    "action_id": "zone",
    "block_id": "zone",
    "value": "lis",
    "container": {"type": "view", "view_id": "V0123ABCD"},
    "view": RUN_SUBMISSION["view"],
}

_EVENT: Payload = {
    "token": "gIkuvaNzQIHg97ATvDxqgjtO",
    "team_id": TEAM,
    "api_app_id": "A0123ABCD",
    "type": "event_callback",
    "event_id": "Ev0123ABCD",
    "event_time": 1_700_000_000,
    "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}],
}

MENTION: Payload = {
    **_EVENT,
    "event": {
        "type": "app_mention",
        "user": USER,
        "text": f"<@{BOT}> does <@U0000OTHER> or <https://a.example|this &amp; that> in <#{CHANNEL}|all>?",
        "ts": "1700000002.000100",
        "thread_ts": "1700000000.000100",
        "channel": CHANNEL,
        "event_ts": "1700000002.000100",
    },
}

DIRECT: Payload = {
    **_EVENT,
    "event": {
        "type": "message",
        "channel": "D0123ABCD",
        "user": USER,
        "text": "I write Terraform",
        "ts": "1700000002.000100",
        "event_ts": "1700000002.000100",
        "channel_type": "im",
    },
}

OPENED: Payload = {
    **_EVENT,
    "event": {"type": "app_home_opened", "user": USER, "channel": "D0123ABCD", "tab": "home"},
}
