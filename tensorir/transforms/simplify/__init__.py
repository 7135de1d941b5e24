"""Makes programs smaller without changing what they mean."""
