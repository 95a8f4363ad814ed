"""Between the customer's words and the probe: slips mended, synonyms and numbers added, follow-ups completed."""
