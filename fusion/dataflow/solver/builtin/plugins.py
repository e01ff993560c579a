"""Plugins that a server is given: what the framework calls them with."""

from __future__ import annotations

from fusion.dataflow.solver.builtin.copies import Copies, Handler
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import Thing, meet
from fusion.dataflow.solver.domain.values import NOTHING, Closure, Value
from fusion.dataflow.solver.methods.receivers import Use


class Plugins(Copies):
    """`server.register(...)` of hapi and Fastify."""

    def _js_register_function(self, use: Use) -> Value | None:
        """Fastify's `register(plugin, options)`: the plugin gets the server and the options."""
        plugin = self.first(use)
        if not any(isinstance(ref, Closure) for ref in plugin.refs):
            return None
        options = use.argument(1) or self.make(use.state, Thing("dict"))
        self._start(plugin, options, use)
        return use.arguments.receiver

    def _js_register_object(self, use: Use) -> Value | None:
        """hapi's `register({ plugin, options })`, also of a list, or of plugins by themselves."""
        given = self.first(use)
        listed = any(thing.kind == "list" for thing in things(given, use.state))
        exact, any_ = self.elements(given, use.state, use.node) if listed else ([given], NOTHING)
        found = False
        for one in exact if exact is not None else [any_]:
            for thing in things(one, use.state):
                inner = thing.fields.get("plugin", one)
                options = thing.fields.get("options") or self.make(use.state, Thing("dict"))
                for plugin in things(inner, use.state):
                    register = plugin.fields.get("register", NOTHING)
                    if any(isinstance(ref, Closure) for ref in register.refs):
                        found = True
                        self._start(register, options, use)
        return use.arguments.receiver if found else None

    def _start(self, plugin: Value, options: Value, use: Use) -> None:
        before = use.state.copy()
        self.call(plugin, Arguments([use.arguments.receiver, options]), use.state, use.node)
        meet(use.state, before)  # the framework calls it later, or never


PLUGINS: dict[str, Handler] = {
    "fastify.Server.register": Plugins._js_register_function,
    "hapi.Server.register": Plugins._js_register_object,
}
