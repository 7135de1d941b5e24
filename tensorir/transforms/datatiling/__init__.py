"""Data-tiling: intent on contractions, its propagation, its resolution per device, its physical form."""
