"""What the tests of a member's rows look at: the statements that run, and who must not see anything."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from bot.core.domain.members import Member
from bot.core.ids import MemberId, SpaceId
from bot.core.ports import Transaction
from bot.storage.store import DatabaseStore
from tests.contract.storing import ADA, BEN, RIDGE, VALLEY, enrol

Act = Callable[[Transaction, Member], object]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The first word of every statement that runs in the block, but for those around a transaction."""
    words: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        word = statement.split()[0]
        if word.rstrip(";") != "BEGIN":
            words.append(word)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield words
    finally:
        event.remove(engine, "before_cursor_execute", note)


def make_strangers(store: DatabaseStore) -> tuple[list[Member], list[Member]]:
    """Members that are not Ada of the first space, and mixtures of ids that are no member at all."""
    ada, ben, elsewhere = enrol(store), enrol(store, RIDGE, BEN), enrol(store, VALLEY, ADA)
    crossed = [
        Member(ada.id, elsewhere.space_id, ada.address, ada.name),
        Member(elsewhere.id, ada.space_id, ada.address, ada.name),
        Member(MemberId(99), ada.space_id, ada.address, ada.name),
        Member(ada.id, SpaceId(99), ada.address, ada.name),
    ]
    return [ben, elsewhere], crossed


def check_refused(store: DatabaseStore, members: list[Member], act: Act, error: type[Exception]) -> None:
    """Every one of the members is refused with this very error."""
    for member in members:
        with pytest.raises(error) as caught, store.write() as tx:
            act(tx, member)
        assert caught.type is error


def ways(port: type) -> set[str]:
    """The names of a port's methods."""
    return {name for name in vars(port) if name[0] != "_"}
