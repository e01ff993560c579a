class A { void set(HttpsURLConnection c) { c.setHostnameVerifier((host, session) -> true); } }
