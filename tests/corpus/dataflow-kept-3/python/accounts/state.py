from flask import session


class SessionState:
    fields = ()

    def clean(self, name, value):
        raise NotImplementedError

    def update(self, values):
        changed = []
        for name in self.fields:
            if name in values:
                session[name] = self.clean(name, values[name])
                changed.append(name)
        return changed
