"""From people's work back to better knowledge: gaps that are seen, pairs that are learnt, both tried out again."""
