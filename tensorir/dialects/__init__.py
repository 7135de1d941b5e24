"""Op classes, one file per family. They define ops; `transforms` rewrites them."""
