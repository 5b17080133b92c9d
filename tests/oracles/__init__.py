"""What other people's programs make of the same ballots, held against our counts.

`python -m tests.oracles`, in an environment that has the libraries of the group "oracles" (``make oracles``), asks them
about random elections. What they said of some is kept (`elections.KEPT`), so that every run of the tests holds it
against our counts without installing them.
"""
