"""Speed, as ratios against peers in the same run. Each file with a `main` is a program."""
