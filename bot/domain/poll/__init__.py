"""Polls as rules: what may be voted, who may vote, how it is counted, and how anybody can count it again."""
