"""Every feature there is, in the order in which their pieces stand on the home."""

from bot.core.feature import Feature
from bot.core.handlers import (
    evidence,
    gaps,
    goals,
    guide,
    late,
    left_out,
    pauses,
    plans,
    profiles,
    progress,
    questions,
    reminders,
    reminding,
    tips,
    welcome,
)

FEATURES: tuple[Feature, ...] = (
    welcome.feature,
    profiles.feature,
    plans.feature,
    left_out.feature,
    goals.feature,
    late.feature,
    evidence.feature,
    pauses.feature,
    progress.feature,
    reminders.feature,
    reminding.feature,
    questions.feature,
    gaps.feature,
    tips.feature,
    guide.feature,
)
