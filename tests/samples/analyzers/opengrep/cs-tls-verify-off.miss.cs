class A { void F() { handler.ServerCertificateCustomValidationCallback = (m, c, ch, e) => Check(c); } }
