"""One public method = one use case. Discord-free."""
