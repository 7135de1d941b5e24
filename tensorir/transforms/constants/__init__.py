"""Passes over constants: parameters get their data, constants are moved out of launches and evaluated."""
