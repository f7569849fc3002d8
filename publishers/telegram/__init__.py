"""Telegram: posts of a bot in a channel or group, by the Bot API.

publisher   the adapter
words       the text as it is sent, with the alt texts behind it
refusals    what Telegram's errors mean
"""

from publishers.telegram.publisher import TelegramPublisher

__all__ = ["TelegramPublisher"]
