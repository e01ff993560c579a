void f(void) { char *name = tmpnam(0); }
