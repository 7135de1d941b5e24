"""The steps of tile programs as OpenCL C, one file per family."""
