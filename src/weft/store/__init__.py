"""SQLite and PostgreSQL behind one ``Database``; migrations; text search; blobs on disk."""
