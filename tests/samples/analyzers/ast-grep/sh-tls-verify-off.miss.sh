curl -s --cacert ca.pem https://get.test/list
