class A { Cipher make() throws Exception { return Cipher.getInstance("AES/ECB/PKCS5Padding"); } }
