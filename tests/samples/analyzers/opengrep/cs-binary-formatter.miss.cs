class A { object F(Stream s) { return JsonSerializer.Deserialize<State>(s); } }
