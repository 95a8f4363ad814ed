"""Accounts of the people who work here: passwords, sessions, and a log of what was done to them."""
