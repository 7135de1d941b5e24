"""Infrastructure for passes: frozen values, pipelines, spec strings, snapshots, remarks, reproducers."""
