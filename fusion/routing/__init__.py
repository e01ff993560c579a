"""Where a model call goes: the catalogue of models, the host's endpoints, their health, and the choice among them. Pure."""
