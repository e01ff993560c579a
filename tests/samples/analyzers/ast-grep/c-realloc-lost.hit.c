void f(char *block) { block = realloc(block, 64); }
