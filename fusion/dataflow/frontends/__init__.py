"""Front ends, one a language: each has `lower(path, data) -> ir.Module`, which raises `ir.NotAnalysed` and nothing else."""
