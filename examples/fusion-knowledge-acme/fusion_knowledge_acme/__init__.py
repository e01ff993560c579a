"""What the libraries of a made-up house do: `javascript/acme.toml`, proved by `javascript/acme.js`. No code."""
