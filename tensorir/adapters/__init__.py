"""Adapters that run this compiler inside other compilers. Each file needs the extra of the same name, and
`import tensorir` imports none of them."""
