"""Programs over several devices: where each op runs, and what is moved between them."""
