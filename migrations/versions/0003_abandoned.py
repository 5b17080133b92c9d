"""Due work counts the claims that nobody gave back: a piece that ends its process each time is given up at last.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A default of the database's own: the rows that stand have abandoned nothing, and SQLite wants one for them.
    op.add_column("due_work", sa.Column("abandoned", sa.Integer(), server_default="0", nullable=False))
