class A { String make() { String token = Long.toHexString(new Random().nextLong()); return token; } }
