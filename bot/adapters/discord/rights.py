"""What somebody, or the bot itself, may do where something was asked, as Discord tells with each call."""

MANAGE_SERVER = 1 << 5
ADMINISTRATOR = 1 << 3
VIEW_CHANNEL, SEND_MESSAGES, ATTACH_FILES, SEND_IN_THREADS = 1 << 10, 1 << 11, 1 << 15, 1 << 38
MANAGE_THREADS = 1 << 34
THREADS = (10, 11, 12)  # types of channels


def lacking(channel: object, rights: int) -> tuple[str, ...]:
    """What the bot, with these rights, may not do in the channel of the payload and has to, to post there."""
    needed = {VIEW_CHANNEL: "View Channel", SEND_MESSAGES: "Send Messages"}
    if isinstance(channel, dict) and channel.get("type") in THREADS:
        needed = {VIEW_CHANNEL: "View Channel", SEND_IN_THREADS: "Send Messages in Threads"}
    return tuple(name for bit, name in needed.items() if not rights & (bit | ADMINISTRATOR))


def is_plain(rights: int) -> bool:
    """Whether the bot, with these rights, may attach no pictures."""
    return not rights & (ATTACH_FILES | ADMINISTRATOR)


def shut(channel: object, rights: int) -> str:
    """Why only moderators may write there, whatever is allowed to the bot otherwise; "" where others may."""
    state = channel.get("thread_metadata") if isinstance(channel, dict) else None
    locked = isinstance(state, dict) and state.get("locked") is True
    return "thread locked" if locked and not rights & (MANAGE_THREADS | ADMINISTRATOR) else ""
