"""What reaches the core: who asks for what, in which space, and where the answer may go."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update
from bot.core.ids import Address


@dataclass(frozen=True, slots=True)
class Space:
    """A workspace or guild, from the platform's verified envelope only."""

    address: Address
    name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The verified user. `is_lead`: the platform says that they administer the space, asked just now; `roles`
    are those that it says they have there.

    `name` is what others call them, `handle` what they type after an @, `zone` the IANA zone that the
    platform has for them. Each is empty where it wasn't told this time.
    """

    address: Address
    name: str
    is_lead: bool = False
    handle: str = ""
    zone: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command with its options as the platform gave them."""

    command: str
    options: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button (no value) or a select (the chosen value); `action` is the encoded id, not yet trusted."""

    action: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form that was sent; `action` is the encoded id, a multi-select's value is a tuple."""

    action: str
    values: Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where an answer may go: a channel, a message that can be replaced, or (neither) only the caller.

    `can_post`: whether the channel is one of the community's in which Cairn may post unasked, asked just now;
    None when the platform doesn't say. `lacks`: the permissions that it needs for that, by their names there;
    `shut`: another reason why it may not, one of `domain.refusals`. `plain`: it may attach no pictures there.
    """

    channel: Address | None = None
    message: Address | None = None
    can_post: bool | None = None
    lacks: tuple[str, ...] = ()
    shut: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `key` is the platform's own id of it: the same when the platform delivers it again."""

    key: str
    space: Space
    caller: Caller
    what: Typed | Pressed | Submitted
    reply_to: ReplyTo = ReplyTo()


@dataclass(frozen=True, slots=True)
class Typing:
    """A command's option while it is being typed: a question for suggestions, which changes nothing."""

    space: Space
    caller: Caller
    command: str
    option: str
    text: str


Reply = Message | Update | Form


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply, and whether only the caller may see it.

    `refused`: it says why nothing was done, so a form that was sent can stay open. `about`: the option or
    input that has to be given otherwise, when it is a single one. `given_up`: nothing was kept, and the same
    call may succeed in a moment.
    """

    reply: Reply
    private: bool
    refused: bool = False
    about: str = ""
    given_up: bool = False
