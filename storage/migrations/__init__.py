"""Migrations, run by alembic; each is written by hand and never changed once released."""
