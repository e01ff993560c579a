void f(void) { char name[] = "/tmp/aXXXXXX"; int fd = mkstemp(name); }
