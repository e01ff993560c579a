const matcher = new RegExp(PATTERNS[kind], "i");
