class A { MessageDigest make() throws Exception { return MessageDigest.getInstance("MD5"); } }
