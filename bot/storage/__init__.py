"""Tables, queries and the one writer; what leaves here are domain objects."""
