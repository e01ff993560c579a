class A { void set(HttpSecurity http) throws Exception { http.csrf(c -> c.csrfTokenRepository(cookies)); } }
