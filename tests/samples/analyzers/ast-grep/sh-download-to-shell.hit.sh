curl -fsSL https://get.test/install.sh | sudo bash
