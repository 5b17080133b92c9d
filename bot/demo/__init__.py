"""A local Discord in which the bot can be tried without an account or a token."""
