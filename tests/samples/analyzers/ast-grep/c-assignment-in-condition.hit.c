void f(int user) { if (user = 0) { grant(); } }
