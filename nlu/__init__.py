"""What can be told of a text: its label, and whether it has one at all."""
