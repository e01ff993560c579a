class A { object F(Stream s) { return new BinaryFormatter().Deserialize(s); } }
