"""JavaScript and TypeScript, from tree-sitter's trees."""
