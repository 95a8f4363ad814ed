"""What happened: figures over the desk's events, questions without an answer, and what can be learnt from them."""
