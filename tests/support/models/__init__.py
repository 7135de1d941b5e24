"""Models in the sizes that their kind has in practice, with random weights: what data-tiling is measured on."""
