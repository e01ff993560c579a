class Policy:
    name = "md5"
    rounds = 1

    @property
    def prefix(self):
        return self.name + ":"


class Legacy(Policy):
    pass


class Current(Policy):
    name = "sha512"
