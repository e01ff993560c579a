"""Front ends: a module per language, each with `lower(path, data) -> ir.Module` that raises `ir.NotAnalysed` and nothing else."""
