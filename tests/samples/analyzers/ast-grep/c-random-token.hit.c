void f(void) { int session_key = rand(); }
