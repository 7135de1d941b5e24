"""Text as syntax trees: tokens, types, attributes, ops in generic form; `assembly`: the pretty forms."""
