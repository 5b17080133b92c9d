"""Rules as pure functions over frozen dataclasses: no Discord, SQL, clock, randomness or I/O."""
