"""The model: values, ops, regions, modules, types. It does not import the rest of the package."""
