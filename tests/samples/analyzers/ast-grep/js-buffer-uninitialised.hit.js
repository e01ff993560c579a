const bytes = new Buffer(size);
