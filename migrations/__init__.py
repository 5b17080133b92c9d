"""Alembic's migrations, forward only; they travel in the wheel."""
