# The bot as a container, on either of its hosts that are a process of ours: `fusion serve` (docs/bot.md), which is what it
# runs left to itself, and whose state lives in /state: mount a volume there; and `fusion host scheduler` (docs/hosts.md).
#
#   docker build -t fusion .
#   docker run --stop-timeout 30 -p 127.0.0.1:8080:8080 -v fusion-state:/state -v ./app.pem:/run/app.pem:ro --env-file fusion.env fusion
#   docker run --stop-timeout 60 -p 127.0.0.1:8080:8080 --env-file fusion.env fusion host scheduler --host 0.0.0.0 --log json

FROM python:3.13-slim AS build
WORKDIR /source
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY fusion fusion
COPY agents agents
COPY orchestrations orchestrations
# Dependencies come as wheels, pinned; nothing is compiled and no compiler is in either stage.
RUN python -m venv /opt/fusion \
    && /opt/fusion/bin/pip install --no-cache-dir --only-binary :all: --no-binary fusion-ai-auto-coder -c constraints.txt ".[azure]"

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /state --create-home --shell /usr/sbin/nologin fusion
COPY --from=build /opt/fusion /opt/fusion
ENV PATH=/opt/fusion/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FUSION_HOME=/state
USER 10001
VOLUME /state
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
ENTRYPOINT ["fusion"]
CMD ["serve", "--host", "0.0.0.0", "--log", "json"]
