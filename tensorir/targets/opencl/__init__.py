"""opencl: any device with an OpenCL driver. It runs tile programs as OpenCL C, in memory of its own."""
