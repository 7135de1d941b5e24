"""What each way of data-tiling makes of many graphs, in exact counts and in time, beside IREE: `python -m
benchmarks.graphs`."""
