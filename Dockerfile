# Guilherme in a container: docker build -t guilherme . (docs/deployment.md). scripts/test-image and scripts/test-containers
# build and run it.
# Python comes from Debian, with its security updates; the final image has neither pip nor a compiler.

FROM debian:trixie-20261005-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f AS base
# Debian removes a package's earlier versions from its servers, so a version named here would soon be nowhere.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log

FROM base AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.lock ./
# Two environments: pip stays behind in its own. Only wheels whose hashes are known, nothing is compiled.
RUN python3 -m venv pip \
    && python3 -m venv --without-pip /opt/guilherme \
    && pip/bin/pip --python /opt/guilherme/bin/python install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements.lock
WORKDIR /srv/guilherme
COPY main.py ./
COPY app ./app
# Nobody may write there later, so what Python would keep for a quick start is made now.
RUN python3 -m compileall -q --invalidation-mode unchecked-hash .

FROM base AS final
RUN groupadd --gid 10001 guilherme \
    && useradd --uid 10001 --gid guilherme --home-dir /data --no-create-home --shell /usr/sbin/nologin --no-log-init guilherme \
    && install -d -o guilherme -g guilherme -m 700 /data
COPY --from=build /opt/guilherme /opt/guilherme
COPY --from=build /srv/guilherme /srv/guilherme
WORKDIR /srv/guilherme
ENV PATH=/opt/guilherme/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GUILHERME_HOST=0.0.0.0 \
    GUILHERME_PORT=8080 \
    GUILHERME_DATA_DIR=/data \
    NICEGUI_STORAGE_PATH=/data/nicegui
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"GUILHERME_PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["python3", "main.py"]
