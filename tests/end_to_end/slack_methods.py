"""The methods of Slack's Web API that a bot needs, as the fake answers them."""

from collections.abc import Callable

from tests.end_to_end.slack_workspace import ApiError, Payload, Workspace

Method = Callable[[Workspace, Payload], Payload]

PAGE_MOST = 15  # as Slack gives to apps that are new and not in its Marketplace


def call_method(workspace: Workspace, method: str, args: Payload) -> Payload:
    """Raises ApiError, also for a scope that the app was not granted."""
    scope = scope_of(method, args)
    if scope is not None and scope not in workspace.scopes:
        raise ApiError("missing_scope", scope)
    if method not in METHODS:
        raise ApiError("unknown_method")
    return METHODS[method](workspace, args)


def scope_of(method: str, args: Payload) -> str | None:
    """The scope that a method needs."""
    if method in ("conversations.history", "conversations.replies"):
        return "im:history" if str(args.get("channel")).startswith("D") else "channels:history"
    named = {"users.info": "users:read", "conversations.open": "im:write"}
    if method.startswith("chat."):
        return "chat:write"
    return "files:write" if method.startswith("files.") else named.get(method)


def _test(workspace: Workspace, _args: Payload) -> Payload:
    return {
        "url": workspace.url,
        "team": workspace.name,
        "team_id": workspace.id,
        "user": "cairn",
        "user_id": workspace.bot,
        "bot_id": workspace.bot_id,
    }


def _post(workspace: Workspace, args: Payload) -> Payload:
    channel = _channel(workspace, args)
    _require_open(workspace, channel)
    if workspace.people.get(f"U{channel[1:]}", {}).get("deleted"):
        raise ApiError("channel_not_found")
    post = workspace.say(channel, {key: value for key, value in args.items() if key != "channel"})
    return {"channel": channel, "ts": post.ts, "message": post.payload}


def _post_ephemeral(workspace: Workspace, args: Payload) -> Payload:
    channel = _channel(workspace, args)
    if args["user"] not in workspace.channels[channel]:
        raise ApiError("user_not_in_channel")
    return {"message_ts": workspace.say(channel, args, args["user"]).ts}


def _update(workspace: Workspace, args: Payload) -> Payload:
    post = workspace.replace(_channel(workspace, args), args["ts"], args)
    return {"channel": post.channel, "ts": post.ts}


def _open_view(workspace: Workspace, args: Payload) -> Payload:
    user = workspace.spend(args["trigger_id"])
    workspace.modals[user] = []
    return {"view": {"id": workspace.open_modal(user, args["view"]).id}}


def _publish_view(workspace: Workspace, args: Payload) -> Payload:
    workspace.show_home(args["user_id"], args["view"])
    return {}


def _user(workspace: Workspace, args: Payload) -> Payload:
    if args["user"] not in workspace.people:
        raise ApiError("user_not_found")
    return {"user": workspace.people[args["user"]]}


def _open_direct(workspace: Workspace, args: Payload) -> Payload:
    person = workspace.people.get(args["users"])
    if person is None:
        raise ApiError("user_not_found")
    if person.get("deleted"):
        raise ApiError("user_disabled")
    return {"channel": {"id": workspace.direct(args["users"])}}


def _history(workspace: Workspace, args: Payload) -> Payload:
    """Without what stands in threads."""
    return _read(workspace, args, None)


def _replies(workspace: Workspace, args: Payload) -> Payload:
    return _read(workspace, args, str(args["ts"]))


def _read(workspace: Workspace, args: Payload, thread: str | None) -> Payload:
    channel, oldest = _channel(workspace, args), float(args.get("oldest", 0))
    told = [
        one
        for one in workspace.posts
        if (one.channel, one.audience, one.payload.get("thread_ts")) == (channel, None, thread)
    ]
    latest = float(args.get("latest", "inf"))
    newest_first = [one for one in reversed(told) if oldest < float(one.ts) <= latest]
    begin = int(args.get("cursor") or 0)
    page = newest_first[begin : begin + min(int(args.get("limit", 100)), PAGE_MOST)]
    more = begin + len(page) < len(newest_first)
    with_metadata = str(args.get("include_all_metadata")) in ("1", "true", "True")
    return {
        "messages": [
            {"type": "message", "ts": one.ts, "text": one.payload.get("text", "")}
            | ({"metadata": one.payload["metadata"]} if with_metadata and "metadata" in one.payload else {})
            for one in page
        ],
        "has_more": more,
        "response_metadata": {"next_cursor": str(begin + len(page)) if more else ""},
    }


def _begin_upload(workspace: Workspace, args: Payload) -> Payload:
    number = f"F{workspace.number()}"
    workspace.files[number] = {"name": args["filename"], "length": int(args["length"])} | (
        {"alt": args["alt_txt"]} if "alt_txt" in args else {}
    )
    return {"file_id": number, "upload_url": f"{workspace.url}/upload/{workspace.id}/{number}"}


def _end_upload(workspace: Workspace, args: Payload) -> Payload:
    channel = _channel(workspace, {"channel": args["channel_id"]})
    for one in args["files"]:
        file = workspace.files[one["id"]]
        if len(file.get("content", b"")) != file["length"]:
            raise ApiError("file_not_found")
        workspace.say(channel, {"text": one["title"]}, file=file)
    return {"files": [{"id": one["id"], "title": one["title"]} for one in args["files"]]}


def _channel(workspace: Workspace, args: Payload) -> str:
    channel = str(args.get("channel"))
    if channel not in workspace.channels:
        raise ApiError("channel_not_found")
    if workspace.bot not in workspace.channels[channel]:
        raise ApiError("not_in_channel")
    return channel


def _require_open(workspace: Workspace, channel: str) -> None:
    """Raises ApiError where the bot is, and may not write."""
    if channel in workspace.archived:
        raise ApiError("is_archived")
    if channel in workspace.restricted:
        raise ApiError("restricted_action_read_only_channel")


METHODS: dict[str, Method] = {
    "auth.test": _test,
    "chat.postMessage": _post,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "views.open": _open_view,
    "views.publish": _publish_view,
    "users.info": _user,
    "conversations.open": _open_direct,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "files.getUploadURLExternal": _begin_upload,
    "files.completeUploadExternal": _end_upload,
}
