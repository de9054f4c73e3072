"""The option or input that has to be given otherwise, by the reason of a refusal."""

from bot.core.errors import UserError

# The option or input that a reason speaks of, where the error doesn't name it among its facts.
ABOUT = {
    "cohort.taken": "name",
    "cohort.unknown": "cohort",
    "cohort.which": "cohort",
    "evidence.host": "link",
    "evidence.kind": "kind",
    "evidence.link": "link",
    "evidence.login": "link",
    "evidence.long": "link",
    "member.outside": "member",
    "member.several": "member",
    "member.unknown": "member",
    "page.range": "page",
    "pace.range": "hours",
    "pace.tight": "hours",
    "pause.long": "until",
    "pause.past": "until",
    "start.far": "start",
    "start.past": "start",
    "topic.unknown": "topic",
    "wall.unknown": "hour",
    "week.range": "week",
    "weekday.unknown": "day",
    "zone.missing": "zone",
    "zone.unknown": "zone",
}


def about(error: UserError) -> str:
    """The option or input that has to be given otherwise; empty when it is not a single one."""
    return error.facts.get("option") or ABOUT.get(error.reason, "")
