curl -sk https://get.test/list
