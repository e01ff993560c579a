class A { MessageDigest make() throws Exception { return MessageDigest.getInstance("SHA-256"); } }
