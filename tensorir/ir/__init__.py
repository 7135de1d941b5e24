"""The model: values, ops, regions, modules, types. It imports nothing of the rest of the package."""
