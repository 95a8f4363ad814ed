"""What answers rest on, which of them a changed document makes wrong, and the drafts shown to agents, in SQL."""
