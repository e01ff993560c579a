"""Evidence: one module per analyzer behind one small interface, and the sandbox they run in."""
