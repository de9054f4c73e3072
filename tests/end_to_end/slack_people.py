"""A member in front of Slack: what they do reaches the bot in the words that Slack has for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.end_to_end.slack_lines import Line
from tests.end_to_end.slack_workspace import ApiError, Modal, Payload, Post, Workspace


@dataclass
class Person:
    """One member of a workspace, who types into `channel`."""

    workspace: Workspace
    line: Line
    id: str
    channel: str

    async def type(self, command: str, text: str, **change: Any) -> Payload:
        """A slash command. What the acknowledgement says is shown; it is given back."""
        if not self.workspace.offers(command):
            raise ApiError(f"{command} is not a valid command")
        sent = self.command_payload(command, text) | change
        told = await self.line.send("slash_commands", sent)
        if told:
            alone = told.get("response_type") != "in_channel"
            self.workspace.say(self.channel, told, self.id if alone else None)
        return told

    async def press(self, post: Post, item: Payload, value: str | None = None) -> None:
        """A button of a message, or an entry of a select."""
        await self.line.send("interactive", self.press_payload(post, item, value))

    async def press_home(self, item: Payload, value: str | None = None) -> None:
        home = self.workspace.homes[self.id]
        where = {"container": {"type": "view", "view_id": "VHOME"}, "view": {**home, "id": "VHOME"}}
        await self.line.send("interactive", self._pressed(item, value) | where)

    async def submit(self, values: Mapping[str, str], **change: Any) -> Payload:
        """The modal on top, with these values beside those that it holds; what happens to it is done. Slack
        itself would ask for a value that is required: here it is sent without one."""
        told = await self.line.send("interactive", self.submit_payload(values) | change)
        stack = self.workspace.modals[self.id]
        match told.get("response_action"):
            case None:
                stack.pop()
            case "push":
                self.workspace.open_modal(self.id, told["view"])
            case "errors":
                assert told["errors"].keys() <= {block["block_id"] for block in stack[-1].view["blocks"]}
            case other:
                raise AssertionError(f"the fake doesn't know {other}")
        return told

    def close(self) -> None:
        """The modal on top."""
        self.workspace.modals[self.id].pop()

    async def search(self, option: str, text: str) -> list[Payload]:
        """The entries of an external select while something is typed into it."""
        modal = self.modal
        asked = self._interaction("block_suggestion") | {
            "action_id": option,
            "block_id": option,
            "value": text,
            "view": {**modal.view, "id": modal.id},
            "container": {"type": "view", "view_id": modal.id},
        }
        entries: list[Payload] = (await self.line.send("interactive", asked))["options"]
        assert len(entries) <= 100
        return entries

    async def open_home(self, tab: str = "home") -> None:
        event = {"type": "app_home_opened", "user": self.id, "tab": tab, "channel": self._direct()}
        await self._report("app_home_opened", event)

    async def mention(self, text: str) -> None:
        event = self._said(f"<@{self.workspace.bot}> {escape(text)}")
        await self._report("app_mention", event | {"type": "app_mention"})

    async def write(self, text: str, **change: Any) -> None:
        """A direct message to the bot."""
        where = {"type": "message", "channel": self._direct(), "channel_type": "im"}
        await self._report("message.im", self._said(escape(text)) | where | change)

    @property
    def modal(self) -> Modal:
        """The modal on top."""
        return self.workspace.modals[self.id][-1]

    def command_payload(self, command: str, text: str) -> Payload:
        return {
            "token": "unused",
            "team_id": self.workspace.id,
            "team_domain": self.workspace.name.lower(),
            "channel_id": self.channel,
            "channel_name": "general",
            "user_id": self.id,
            "user_name": self.workspace.people[self.id]["name"],
            "command": command,
            "text": escape(text),
            "api_app_id": "ACAIRN",
            "is_enterprise_install": "false",
            "response_url": self.workspace.add_hook(self.id, self.channel, None),
            "trigger_id": self.workspace.trigger(self.id),
        }

    def press_payload(self, post: Post, item: Payload, value: str | None = None) -> Payload:
        return self._pressed(item, value) | {
            "container": {
                "type": "message",
                "message_ts": post.ts,
                "channel_id": post.channel,
                "is_ephemeral": post.audience is not None,
            },
            "channel": {"id": post.channel, "name": "general"},
            "response_url": self.workspace.add_hook(self.id, post.channel, post.ts),
        }

    def submit_payload(self, values: Mapping[str, str]) -> Payload:
        modal = self.modal
        inputs = {block["block_id"]: block for block in modal.view["blocks"] if block["type"] == "input"}
        assert values.keys() <= inputs.keys(), f"{modal.view['title']} asks for {list(inputs)}"
        state = {name: {name: _fill(block, values.get(name))} for name, block in inputs.items()}
        return self._interaction("view_submission") | {
            "view": {**modal.view, "id": modal.id, "hash": "156772938.1827394", "state": {"values": state}}
        }

    def event_payload(self, event: Payload) -> Payload:
        return {
            "token": "unused",
            "team_id": self.workspace.id,
            "api_app_id": "ACAIRN",
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{self.workspace.request()}",
            "event_time": 1_800_000_000,
            "authorizations": [{"team_id": self.workspace.id, "user_id": self.workspace.bot, "is_bot": True}],
            "is_ext_shared_channel": False,
        }

    async def _report(self, subscription: str, event: Payload) -> None:
        if self.workspace.reports(subscription):
            await self.line.send("events_api", self.event_payload(event))

    def _pressed(self, item: Payload, value: str | None) -> Payload:
        action = {"action_id": item["action_id"], "block_id": "b1", "type": item["type"]}
        if value is not None:
            chosen = next(one for one in item["options"] if one["value"] == value)
            action["selected_option"] = chosen
        return self._interaction("block_actions") | {"actions": [action]}

    def _interaction(self, kind: str) -> Payload:
        name = self.workspace.people[self.id]["name"]
        return {
            "type": kind,
            "user": {"id": self.id, "username": name, "name": name, "team_id": self.workspace.id},
            "team": {"id": self.workspace.id, "domain": self.workspace.name.lower()},
            "api_app_id": "ACAIRN",
            "trigger_id": self.workspace.trigger(self.id),
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _said(self, text: str) -> Payload:
        return {"user": self.id, "text": text, "ts": self.workspace.stamp(), "channel": self.channel}

    def _direct(self) -> str:
        return self.workspace.direct(self.id)


def items_of(blocks: list[Payload]) -> Iterator[Payload]:
    """All buttons and selects, in the order in which they are drawn."""
    for block in blocks:
        yield from block.get("elements", ())
        if "accessory" in block:
            yield block["accessory"]


def escape(text: str) -> str:
    """What people type, as Slack passes it on."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fill(block: Payload, given: str | None) -> Payload:
    """The state of one input: what was typed or chosen, else what it held from the start."""
    element = block["element"]
    kind = element["type"]
    match kind:
        case "plain_text_input":
            value = element.get("initial_value") if given is None else given
            assert len(value or "") <= element.get("max_length", 3_000)
            filled: Payload = {"value": value or None}
        case "datepicker":
            filled = {"selected_date": given or element.get("initial_date")}
        case "users_select":
            filled = {"selected_user": given or element.get("initial_user")}
        case "static_select" | "external_select":
            options = element.get("options") or [{"text": {}, "value": given}]
            chosen = [one for one in options if one["value"] == given]
            filled = {"selected_option": chosen[0] if given else element.get("initial_option")}
        case "multi_static_select":
            wanted = given.split(", ") if given else []
            chosen = [one for one in element["options"] if one["value"] in wanted]
            assert len(chosen) == len(wanted)
            filled = {"selected_options": chosen if given is not None else element.get("initial_options", [])}
        case _:
            raise ApiError(f"unknown element {kind}")
    return {"type": kind, **filled}
