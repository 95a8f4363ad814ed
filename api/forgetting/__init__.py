"""What is known of one person: given out whole, or erased with a proof."""
