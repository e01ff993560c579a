fn make() -> Client { Client::builder().add_root_certificate(ours).build().unwrap() }
