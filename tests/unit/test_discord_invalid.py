import pytest

from bot.adapters.discord.invalid import WINDOW_SECONDS, InvalidRequests, Stopped


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_thousand_refusals_within_ten_minutes_stop_everything() -> None:
    watch = Watch()
    requests = InvalidRequests(limit=3, now=watch)
    for second, status in enumerate((401, 403, 429)):
        requests.check()
        watch.now = float(second)
        requests.count(status)
    with pytest.raises(Stopped) as caught:
        requests.check()
    assert caught.value.after == WINDOW_SECONDS - 2
    watch.now = WINDOW_SECONDS
    requests.check()


def test_only_what_discord_holds_against_the_bot_is_counted() -> None:
    requests = InvalidRequests(limit=1)
    for status in (200, 204, 400, 404, 500):
        requests.count(status)
    requests.count(429, "shared")
    requests.check()
    requests.count(429, "user")
    with pytest.raises(Stopped):
        requests.check()
