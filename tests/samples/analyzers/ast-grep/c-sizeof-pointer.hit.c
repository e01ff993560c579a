void f(void) { struct item *p; p = malloc(sizeof(p)); }
