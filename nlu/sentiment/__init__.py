"""How a customer feels: five levels, and anger apart from them."""

from nlu.sentiment.reader import SentimentReader

__all__ = ["SentimentReader"]
