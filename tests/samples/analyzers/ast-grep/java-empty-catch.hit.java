class A { void save() { try { write(); } catch (Exception e) { } } }
