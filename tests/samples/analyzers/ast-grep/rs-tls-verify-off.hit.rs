fn make() -> Client { Client::builder().danger_accept_invalid_certs(true).build().unwrap() }
