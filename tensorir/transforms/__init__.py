"""One pass per file, named as the pass, in folders by what they are about."""
