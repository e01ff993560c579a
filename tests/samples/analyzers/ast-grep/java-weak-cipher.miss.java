class A { Cipher make() throws Exception { return Cipher.getInstance("AES/GCM/NoPadding"); } }
