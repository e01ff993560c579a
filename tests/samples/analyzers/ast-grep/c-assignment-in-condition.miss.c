void f(int user) { char *line; if (user == 0) { grant(); } while ((line = next())) { show(line); } }
