"""Cuts programs into fused launches, and moves what is constant out of them."""
