"""Help for the person at the desk: drafts, a summary, another tone, a fitting macro. Nothing is sent by itself."""
