"""Every feature there is, in the order in which people meet them."""

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
    tips,
    welcome,
)

FEATURES: tuple[Feature, ...] = (
    welcome.feature,
    questions.feature,
    gaps.feature,
    profiles.feature,
    plans.feature,
    left_out.feature,
    goals.feature,
    progress.feature,
    late.feature,
    evidence.feature,
    pauses.feature,
    tips.feature,
    guide.feature,
)
