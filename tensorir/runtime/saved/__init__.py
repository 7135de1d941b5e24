"""Programs in files: docs/saved-programs.md describes the form."""
