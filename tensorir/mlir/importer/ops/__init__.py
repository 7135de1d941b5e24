"""Ops outside of linalg: one file per dialect or theme."""
