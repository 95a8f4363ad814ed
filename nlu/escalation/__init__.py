"""Reasons to bring in a person that a message itself gives."""

from nlu.escalation.reader import EscalationReader

__all__ = ["EscalationReader"]
