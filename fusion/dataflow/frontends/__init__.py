"""Front ends: a module a language, each with `lower(path, data) -> ir.Module`, which raises `ir.NotAnalysed` and nothing else."""
