"""Cuts programs into fused launches."""
