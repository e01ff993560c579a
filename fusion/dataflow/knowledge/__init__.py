"""What libraries do, as data: one TOML file per library, checked against `schema`."""
