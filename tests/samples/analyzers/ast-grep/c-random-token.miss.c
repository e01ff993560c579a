void f(void) { int dice = rand() % 6; }
