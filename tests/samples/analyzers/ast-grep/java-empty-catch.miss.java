class A { void save() { try { write(); } catch (IOException e) { log.warn("cannot save", e); } } }
