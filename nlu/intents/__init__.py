"""What a customer wants: a taxonomy, and a recogniser learnt from examples."""

from nlu.intents.recogniser import IntentRecogniser
from nlu.intents.taxonomy import NAMES, IntentLabel, IntentName

__all__ = ["NAMES", "IntentLabel", "IntentName", "IntentRecogniser"]
