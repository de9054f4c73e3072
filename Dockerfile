# Cairn in one image; compose.yaml runs it in its roles. The base is pinned by tag where no registry can be
# reached; to pin it by digest, write what `docker buildx imagetools inspect python:3.11-slim` names:
# FROM python:3.11-slim@sha256:...
FROM python:3.11-slim AS made

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.lock ./
RUN .venv/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY content content
COPY migrations migrations
RUN .venv/bin/pip install --no-deps --no-build-isolation --no-index -e . && .venv/bin/python -m compileall -q bot

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin cairn \
    && install --directory --owner 10001 --group 10001 /data
COPY --from=made /app /app
WORKDIR /app
# The root is read-only (compose.yaml, or `docker run --read-only`); what is written goes to /data.
ENV CAIRN_DATA=/data CAIRN_LOG_FORMAT=json CAIRN_HEALTH_PORT=8766 HOME=/data TMPDIR=/data XDG_CACHE_HOME=/data/cache \
    MPLCONFIGDIR=/data/matplotlib PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
VOLUME /data
STOPSIGNAL SIGTERM
# An engine may restart what is unhealthy, and that mends no platform and no database: so liveness.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["/app/.venv/bin/python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8766/livez', timeout=4)"]
ENTRYPOINT ["/app/.venv/bin/cairn"]
CMD ["run"]
