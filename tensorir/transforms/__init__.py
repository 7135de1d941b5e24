"""The passes: one per file, which has the name of the pass, in folders by topic."""
