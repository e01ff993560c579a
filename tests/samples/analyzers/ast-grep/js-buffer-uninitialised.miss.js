const bytes = Buffer.alloc(size);
