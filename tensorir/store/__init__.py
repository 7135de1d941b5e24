"""Constants on the disk, mapped and shared between processes: docs/constants-store.md describes the form."""
