void f(char *block) { char *larger = realloc(block, 64); if (larger) block = larger; }
