"""Facts about programs. Nothing here rewrites."""
