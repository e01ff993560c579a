"""Evidence as a service: analyzers behind a small HTTP contract, so that they run away from every identity and secret."""
