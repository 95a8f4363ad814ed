"""What a language model may ask for: few and typed calls, run with the customer's rights and nothing beyond them."""
