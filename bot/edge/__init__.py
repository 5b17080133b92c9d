"""What all cogs share of Discord."""
