"""What a raw score is worth: a probability, and the threshold that keeps wrong answers within what is tolerated."""
