"""Azure: Cosmos DB, Blob Storage, Durable Functions. What only this vendor needs to know."""
