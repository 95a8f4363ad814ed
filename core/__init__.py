"""The words and the ground everything stands on: nouns, errors, settings, database engine, clock, text."""
