"""What code alone can tell about a claim and the passages that it is said to rest on."""
