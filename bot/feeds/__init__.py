"""Feeds and pages from outside: hardened fetching, and parsing in a process that can be killed."""
