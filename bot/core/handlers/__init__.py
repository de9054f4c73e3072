"""Every feature there is, in the order in which people meet them."""

from bot.core.feature import Feature
from bot.core.handlers import guide, questions, tips, welcome

FEATURES: tuple[Feature, ...] = (welcome.feature, questions.feature, tips.feature, guide.feature)
