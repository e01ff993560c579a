"""What each form of a program does: expressions, statements, loads and stores, loops, leaving."""
