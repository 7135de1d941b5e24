"""From physical dispatches to tile programs: units, storage, steps."""
