"""Where the database is, read from whatever stands in DATABASE_URL, and that none of it is repeated."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL

from bot.core.errors import SettingsError
from bot.storage.address import read_address
from bot.storage.postgres_engine import take_settings

SECRET = "hunter2"


def parts(address: URL) -> tuple[object, ...]:
    return address.username, address.password, address.host, address.port, address.database


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgresql://u:p@h/d", ("u", "p", "h", None, "d")),
        (" postgres://u:p@h:6432/d\n", ("u", "p", "h", 6432, "d")),
        ("postgresql://u:p%40ss%2Fw%25@h/d", ("u", "p@ss/w%", "h", None, "d")),
        ("postgresql://u:p@ss@h/d", ("u", "p@ss", "h", None, "d")),
        ("postgresql://u:@@h/d", ("u", "@", "h", None, "d")),
        ("postgresql://u:p@s/s@h/d", ("u", "p@s/s", "h", None, "d")),
        ("postgresql://u:p/ss:w#?@h/d", ("u", "p/ss:w#?", "h", None, "d")),
        ("postgresql://u:50%off@h/d", ("u", "50%off", "h", None, "d")),
        ("postgresql://u@h/d", ("u", None, "h", None, "d")),
        ("postgresql://me%40server:p@h/d", ("me@server", "p", "h", None, "d")),
        ("postgresql://[::1]:5433/d", (None, None, "::1", 5433, "d")),
        ("postgresql://u:p@[2001:db8::1]/d", ("u", "p", "2001:db8::1", None, "d")),
        ("postgresql://u@/d?host=/run/postgres", ("u", None, None, None, "d")),
        ("postgresql://%2Frun%2Fpostgres/d", (None, None, "/run/postgres", None, "d")),
        ("postgresql:///d", (None, None, None, None, "d")),
        ("postgresql://", (None, None, None, None, None)),
    ],
)
def test_a_url_of_postgres(url: str, wanted: tuple[object, ...]) -> None:
    assert parts(read_address(url)) == wanted


def test_several_hosts() -> None:
    address = read_address("postgresql://u:p@a:5432,b:5433/d?target_session_attrs=read-write")
    _, given = address.get_dialect()().create_connect_args(address)
    assert (given["host"], given["port"], given["dbname"]) == ("a,b", "5432,5433", "d")
    assert given["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("sslmode=require&channel_binding=require", {"sslmode": "require", "channel_binding": "require"}),
        ("pgbouncer=true&connection_limit=1&sslmode=require", {"sslmode": "require"}),
        ("supa=base-pooler.x&workaround=supabase-pooler.vercel", {}),
        ("schema=public&pool_timeout=0&a=1&a=2", {}),
        (
            "connect_timeout=15&application_name=cairn%20bot",
            {"connect_timeout": "15", "application_name": "cairn bot"},
        ),
        ("user=me@server", {"user": "me@server"}),
        ("", {}),
        ("&&=x&y", {}),
    ],
)
def test_words_for_other_libraries_are_left_out(query: str, kept: dict[str, str]) -> None:
    assert read_address(f"postgresql://h-pooler.eu.example.tech/d?{query}").query == kept


@pytest.mark.parametrize(
    ("options", "settings", "rest"),
    [
        ("-c lock_timeout=7s", {"lock_timeout": "7s"}, None),
        ("-clock_timeout=7s --statement-timeout=1s", {"lock_timeout": "7s", "statement_timeout": "1s"}, None),
        ("-c search_path=a,b", {"search_path": "a,b"}, None),
        ("-c application_name=a\\ b", {"application_name": "a b"}, None),
        ("endpoint=ep-cool-123", {}, "endpoint=ep-cool-123"),
        ("endpoint=ep -c x.y=1", {"x.y": "1"}, "endpoint=ep"),
    ],
)
def test_settings_of_a_url_are_set_by_each_transaction(
    options: str, settings: dict[str, str], rest: str | None
) -> None:
    found, address = take_settings(URL.create("postgresql+psycopg", query={"options": options}))
    assert (found, address.query.get("options")) == (settings, rest)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:{}@h/d",
        "postgresql+asyncpg://u:{}@h/d",
        "POSTGRESQL://u:{}@h/d",
        "postgresql:/u:{}@h/d",
        "postgresql//u:{}@h/d",
        "u:{}@h/d",
        "host=h password={} dbname=d",
        '"postgresql://u:{}@h/d"',
        "DATABASE_URL=postgresql://u:{}@h/d",
        "postgresql://u:{}@h:port/d",
        "postgresql://u:{}@h:99999/d",
        "postgresql://u:{}@h:0/d",
        "postgresql://u:{}@h h/d",
        "postgresql://u:{}@h/d/e",
        "postgresql://u:{}",
        "postgresql://u:{}/d",
        "sqlite://u:{}@h/d",
        "sqlite:{}@x",
        "",
        "sqlite://",
        "sqlite:///",
        ":memory:",
    ],
)
def test_what_can_t_be_read_is_refused_in_words_of_our_own(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_address(url.format(SECRET))
    assert SECRET not in str(caught.value)


@given(
    password=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
)
def test_any_password_that_is_written_as_urls_are_is_read(password: str) -> None:
    url = URL.create("postgresql", "u", password, "h", 5432, "d").render_as_string(hide_password=False)
    assert parts(read_address(url)) == ("u", password, "h", 5432, "d")


@given(st.text(max_size=30))
def test_nothing_that_stands_there_raises_anything_else(rest: str) -> None:
    with suppress(SettingsError):
        read_address(f"postgresql://{rest}")
