"""Random programs: what they are made of (`steps`, `values`) and how they are put together (`random`)."""
