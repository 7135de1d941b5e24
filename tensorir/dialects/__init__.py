"""Op classes, one file per family. They say what an op is; rewriting them is the business of `transforms`."""
