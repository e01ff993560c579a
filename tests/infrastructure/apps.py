"""The hosts and the worker: what they are told agrees with what they read, and with the resources that are made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fusion import settings
from fusion.errors import UserError
from gpu_worker import settings as worker
from tests.infrastructure.agreed import OF_THE_PLATFORM, Agreed
from tests.infrastructure.deploying import Made, Plan
from tests.infrastructure.problems import Problem
from tests.infrastructure.services import BLOBS, VAULT_KEY, at, problem

SITE, CONFIG, APP = "Microsoft.Web/sites", "Microsoft.Web/sites/config", "Microsoft.App/containerApps"
POOL, SCHEDULER, HUB = (
    "Microsoft.App/sessionPools",
    "Microsoft.DurableTask/schedulers",
    "Microsoft.DurableTask/schedulers/taskHubs",
)
_BOT = ("FUSION_GITHUB_APP", "FUSION_GITHUB_KEY", "FUSION_WEBHOOK_SECRET")
_HIDDEN = re.compile(r"KEY$|SECRET$|TOKEN$|PASSPHRASE$")
_OPEN = {"FUSION_EVIDENCE_KEY"}
"""Named like a secret, and none: the address of a key in Key Vault."""
_REFERENCE = re.compile(r"@Microsoft\.KeyVault\(|secret:")
_RESOLVED = {"FUSION_API_TOKEN": f"somebody={'0' * 32}", "FUSION_WEBHOOK_SECRET": "0" * 32}
"""What lies in the vault, where the code looks at the form of a secret when it starts."""


def problems(plan: Plan, agreed: Agreed) -> Iterator[Problem]:
    hosts = {app.id: app for app in plan.of(SITE)}
    set_somewhere: set[str] = set()
    for config in plan.of(CONFIG):
        if config.name == "appsettings":
            site = next((each for id, each in hosts.items() if config.id.startswith(id)), config)
            given = {str(name): value for name, value in (at(config, "properties") or {}).items()}
            set_somewhere |= set(given)
            yield from _host(config, given, agreed, plan)
            yield from _triggers(config, given, agreed)
            yield from _site(site)
    for app in plan.of(APP):
        given = environment(app)
        yield from _container_app(app)
        if any(name.startswith("FUSION_WORKER_") for name in given):
            yield from _worker(app, given, agreed)
        else:
            set_somewhere |= set(given)
            yield from _host(app, given, agreed, plan)
            yield from _scheduler(app, given, agreed, plan)
            yield from _command(app, agreed)
    yield from _routes(plan, agreed)
    yield from _hubs(plan, agreed)
    yield from _pools(plan, agreed)
    if hosts:
        yield from _both_ways(next(iter(hosts.values())), set_somewhere, agreed)


def environment(app: Made) -> dict[str, Any]:
    """What the containers of an app are told; of a secret, which one."""
    containers = at(app, "properties.template.containers") or []
    pairs = [pair for container in containers for pair in container.get("env") or []]
    return {str(pair.get("name")): pair.get("value", f"secret:{pair.get('secretRef')}") for pair in pairs}


def _host(made: Made, given: Mapping[str, Any], agreed: Agreed, plan: Plan) -> Iterator[Problem]:
    extra = {f"{agreed.connection}__{part}" for part in ("clientId", "credential")}
    for name in given:
        if name not in agreed.settings | extra and not OF_THE_PLATFORM.fullmatch(name):
            yield problem(made, "setting-unknown", f"{made.name} is given {name}, which nothing reads.")
    needed = set(agreed.required)
    needed |= {"FUSION_EVIDENCE_SERVICE"} if plan.of(POOL) else set()
    insights = {"APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"}
    needed |= insights if plan.of("Microsoft.Insights/components") else set()
    for name in sorted(needed - set(given)):
        yield problem(made, "setting-missing", f"{made.name} is not given {name}, and needs it.")
    if 0 < len(set(_BOT) & set(given)) < len(_BOT):
        yield problem(made, "setting-missing", f"{made.name} is given some of {', '.join(_BOT)}; it needs all.")
    for name, value in given.items():
        hidden = _HIDDEN.search(name) and name not in _OPEN
        if hidden and not _REFERENCE.match(str(value)):
            yield problem(made, "setting-secret", f"{name} is no reference to Key Vault: all who see the app could read it.")
        if isinstance(value, (dict, list, bool, int)) or value is None:
            yield problem(made, "setting-value", f"{name} is {value!r}: a setting is a text.")
    try:
        known = {name: _RESOLVED.get(name, value) if _REFERENCE.match(str(value)) else value for name, value in given.items()}
        settings.read({name: str(value) for name, value in known.items() if value})
    except UserError as error:
        yield problem(made, "setting-value", f"{made.name} would not start: {error}")
    named = set(re.findall(r"/secrets/([\w-]+)", " ".join(map(str, given.values()))))
    named |= {
        str(each.get("keyVaultUrl")).rpartition("/secrets/")[2] for each in at(made, "properties.configuration.secrets") or []
    }
    for name in sorted(named - agreed.secrets):
        yield problem(made, "secret-name", f"{made.name} reads the secret {name}, which no page has put into the vault.")
    key = re.search(r"/keys/([\w-]+)/", str(given.get("FUSION_EVIDENCE_KEY", "")))
    if key and key[1] not in {each.name for each in plan.of(VAULT_KEY)}:
        yield problem(made, "secret-name", f"FUSION_EVIDENCE_KEY names the key {key[1]}, which nothing makes.")
    anchor = re.search(r"blob\.core\.windows\.net/(\S+)", str(given.get("FUSION_ANCHOR", "")))
    if "FUSION_ANCHOR" in given and (not anchor or anchor[1] not in {each.name for each in plan.of(BLOBS)}):
        sentence = f"FUSION_ANCHOR ({given['FUSION_ANCHOR']}) names no container that is made."
        yield problem(made, "container-missing", sentence)


def _triggers(made: Made, given: Mapping[str, Any], agreed: Agreed) -> Iterator[Problem]:
    name = agreed.connection
    if name in given:
        sentence = f"{name} is given: the triggers take it for a connection string. Give {name}__fullyQualifiedNamespace."
        yield problem(made, "trigger-connection", sentence)
    for part, pattern in (("fullyQualifiedNamespace", r"[\w-]+\.servicebus\.windows\.net"), ("clientId", ".+")):
        if not re.fullmatch(pattern, str(given.get(f"{name}__{part}", ""))):
            value = given.get(f"{name}__{part}")
            yield problem(made, "trigger-connection", f"The triggers need {name}__{part}; it is {value or 'not given'}.")
    if given.get(f"{name}__credential") != "managedidentity":
        yield problem(made, "trigger-connection", f"{name}__credential has to be managedidentity.")
    if "AzureWebJobsStorage" in given or "AzureWebJobsStorage__accountName" not in given:
        sentence = "The host needs AzureWebJobsStorage__accountName, and no connection string: its identity signs in."
        yield problem(made, "trigger-connection", sentence)


def _site(made: Made) -> Iterator[Problem]:
    runtime = at(made, "properties.functionAppConfig.runtime") or {}
    if runtime != {"name": "python", "version": "3.13"}:
        yield problem(made, "app-runtime", f"The Function App runs {runtime or 'nothing'}; function_app.py needs Python 3.13.")
    storage = at(made, "properties.functionAppConfig.deployment.storage.authentication.type")
    if storage not in ("UserAssignedIdentity", "SystemAssignedIdentity"):
        yield problem(made, "app-deployment", f"Packages are reached by {storage}: let the identity sign in.")
    if str(at(made, "properties.functionAppConfig.deployment.storage.value")).rpartition("/")[2] == "":
        yield problem(made, "app-deployment", "The Function App is given no container for its packages.")


def _container_app(made: Made) -> Iterator[Problem]:
    for rule in at(made, "properties.template.scale.rules") or []:
        custom = rule.get("custom") or {}
        if custom.get("auth") or not custom.get("identity"):
            yield problem(made, "scaler", f"The scale rule {rule.get('name')} signs in with a secret: give it the identity.")
        if custom.get("type") != "azure-servicebus" or not (custom.get("metadata") or {}).get("queueName"):
            yield problem(made, "scaler", f"The scale rule {rule.get('name')} watches no queue of Service Bus.")
    for registry in at(made, "properties.configuration.registries") or []:
        if registry.get("passwordSecretRef") or not registry.get("identity"):
            yield problem(made, "scaler", "Images are fetched with a password: give the registry the identity.")
    for container in at(made, "properties.template.containers") or []:
        yield from _ports(made, container)


def _ports(made: Made, container: Mapping[str, Any]) -> Iterator[Problem]:
    """Where the probes and the ingress knock, somebody listens."""
    given = environment(made)
    args = [str(each) for each in container.get("args") or []]
    listens = given.get("FUSION_WORKER_PORT") or (args[args.index("--port") + 1] if "--port" in args[:-1] else None)
    knocked = [(probe.get("httpGet") or {}).get("port") for probe in container.get("probes") or []]
    knocked.append(at(made, "properties.configuration.ingress.targetPort"))
    for port in {port for port in knocked if port is not None}:
        if listens and str(port) != str(listens):
            yield problem(made, "port", f"{made.name} listens on {listens}, and is looked for on {port}.")


def _worker(made: Made, given: Mapping[str, Any], agreed: Agreed) -> Iterator[Problem]:
    for name in given:
        if name not in agreed.worker and not OF_THE_PLATFORM.fullmatch(name):
            yield problem(made, "worker-setting", f"The worker is given {name}, which it does not read.")
    for name in ("FUSION_WORKER_SERVICEBUS", "FUSION_WORKER_BLOBS", "FUSION_WORKER_MODEL"):
        if not given.get(name):
            yield problem(made, "worker-setting", f"The worker is not given {name}, and needs it.")
    try:
        worker.read({name: str(value) for name, value in given.items()})
    except worker.SettingsError as error:
        for line in str(error).splitlines():
            if "there is no" not in line:  # The weights are in the image or on a share, not here.
                yield problem(made, "worker-setting", f"The worker would not start: {line}")
    grace = at(made, "properties.template.terminationGracePeriodSeconds") or 30
    if float(given.get("FUSION_WORKER_GRACE_SECONDS", worker.DEFAULTS["FUSION_WORKER_GRACE_SECONDS"])) >= grace:
        sentence = f"The platform ends the worker after {grace} seconds, before its own FUSION_WORKER_GRACE_SECONDS are over."
        yield problem(made, "worker-grace", sentence)
    rules = [rule.get("custom", {}).get("metadata", {}) for rule in at(made, "properties.template.scale.rules") or []]
    watched = {rule.get("queueName") for rule in rules}
    if watched != agreed.jobs:
        wrong = ", ".join(sorted(map(str, watched ^ agreed.jobs)))
        yield problem(made, "worker-scale", f"The worker's scale rules and the queues of jobs differ in {wrong}.")
    for rule in rules:
        if rule.get("messageCount") != given.get("FUSION_WORKER_CAPACITY") or rule.get("activationMessageCount") != "0":
            sentence = f"The rule of {rule.get('queueName')} has to count FUSION_WORKER_CAPACITY jobs, and start at the first."
            yield problem(made, "worker-scale", sentence)
    if at(made, "properties.configuration.ingress") is not None:
        yield problem(made, "worker-ingress", "The worker has an ingress, and nobody has to call it.")


def _scheduler(made: Made, given: Mapping[str, Any], agreed: Agreed, plan: Plan) -> Iterator[Problem]:
    for name in ("FUSION_SCHEDULER", *_BOT):
        if name not in given:
            yield problem(made, "setting-missing", f"{made.name} is not given {name}, and needs it.")
    if not {agreed.connection, f"{agreed.connection}__fullyQualifiedNamespace"} & set(given):
        yield problem(made, "setting-missing", f"{made.name} is not given {agreed.connection}, and needs it.")
    hub = given.get("FUSION_TASKHUB", settings.Settings.model_fields["taskhub"].default)
    if hub not in {each.name for each in plan.of(HUB)}:
        yield problem(made, "task-hub", f"{made.name} works in the task hub {hub}, which nothing makes.")
    if (at(made, "properties.template.scale.minReplicas") or 0) < 1:
        yield problem(made, "host-replicas", f"{made.name} may have no replica: nobody would answer GitHub, and no timer run.")


def _command(made: Made, agreed: Agreed) -> Iterator[Problem]:
    """What the image is started with is a command of ours with options that it has."""
    for container in at(made, "properties.template.containers") or []:
        words = [*(container.get("command") or agreed.entrypoint), *(container.get("args") or [])]
        path = next((" ".join(words[:count]) for count in (4, 3, 2) if " ".join(words[:count]) in agreed.commands), "")
        options = [word for word in words[path.count(" ") + 1 :] if word.startswith("-")]
        if path in ("", "fusion") or any(word in words[:1] for word in options):
            yield problem(made, "command", f"{' '.join(words)} is no command of ours.")
            continue
        for option in options:
            if option not in agreed.commands[path]:
                yield problem(made, "command", f"{path} has no option {option}.")
        stray = [word for word in words[path.count(" ") + 1 :][:1] if not word.startswith("-")]
        if stray:
            yield problem(made, "command", f"{' '.join(words)}: {path} takes no {stray[0]}.")


def _pools(plan: Plan, agreed: Agreed) -> Iterator[Problem]:
    for made in plan.of(POOL):
        port = at(made, "properties.customContainerTemplate.ingress.targetPort")
        for container in at(made, "properties.customContainerTemplate.containers") or []:
            given = [str(word) for word in container.get("args") or []]
            listens = given[given.index("--port") + 1] if "--port" in given[:-1] else agreed.evidence_port
            if str(port) != str(listens):
                yield problem(made, "port", f"The analyzers listen on {listens}, and are looked for on {port}.")
            if "--in-sandbox-pool" not in given:
                yield problem(made, "command", "The analyzers do not start in a pool without the argument --in-sandbox-pool.")
            for option in (word for word in given if word.startswith("--")):
                if option not in agreed.evidence_options:
                    yield problem(made, "command", f"The image of the analyzers has no option {option}.")


def _hubs(plan: Plan, agreed: Agreed) -> Iterator[Problem]:
    for made in plan.of(HUB):
        if made.name != agreed.hub:
            yield problem(made, "task-hub", f"The task hub is {made.name}; that of host.json is {agreed.hub}.")


def _routes(plan: Plan, agreed: Agreed) -> Iterator[Problem]:
    """The address that the deployment tells ends with host.json's prefix of routes."""
    names = {f"https://{site.name}.azurewebsites.net" for site in plan.of(SITE)}
    for output, value in plan.outputs.items():
        for name in names:
            if isinstance(value, str) and value.startswith(name) and not re.match(rf"{name}(/{agreed.prefix}(/|$)|/?$)", value):
                sentence = f"The output {output} is {value}; host.json has the routes below /{agreed.prefix}."
                yield Problem("bicep/main.bicep", 1, "route", sentence)


def _both_ways(made: Made, given: set[str], agreed: Agreed) -> Iterator[Problem]:
    """Every setting of the code is given to some host, or is left out for a reason."""
    for name in sorted(
        agreed.settings - given - set(agreed.left_out) - {agreed.connection, "FUSION_SCHEDULER", "FUSION_TASKHUB"}
    ):
        if name not in ("FUSION_MODELS", "FUSION_EVIDENCE_SERVICE", *_BOT):
            yield problem(made, "setting-forgotten", f"No host is given {name}, and there is no reason for leaving it out.")
    for name in sorted(set(agreed.left_out) - agreed.settings):
        yield problem(made, "setting-forgotten", f"{name} is left out for a reason, and the code has no such setting.")
