"""When a person is needed: fifteen rules in their order, each with what it saw, and what the person is given."""
