"""The compiler inside of other compilers. Each file needs an extra of its own name; `import tensorir` imports none."""
