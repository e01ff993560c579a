from bottle import Bottle, HTTPError, request

app = Bottle()


class Thermostat:
    def __init__(self, setpoint=20):
        self.setpoint = setpoint

    def do_raise(self, amount):
        self.setpoint += amount
        return self.setpoint

    def do_lower(self, amount):
        self.setpoint -= amount
        return self.setpoint

    def do_hold(self, amount):
        return self.setpoint


class Console:
    prefix = "do_"

    def __init__(self, device):
        self.device = device

    def dispatch(self, action, amount):
        name = self.prefix + action
        if not name.isidentifier():
            raise LookupError("no such action")
        return eval("device." + name + "(amount)", {"device": self.device, "amount": amount})


console = Console(Thermostat())


@app.put("/thermostat")
def control():
    action = request.forms.get("action", "hold")
    try:
        amount = int(request.forms.get("amount", "1"))
        value = console.dispatch(action, amount)
    except (LookupError, AttributeError, ValueError):
        raise HTTPError(404, "no such action")
    return {"setpoint": int(value)}


if __name__ == "__main__":
    app.run(port=8081)
