# Two stages: the first builds a virtual environment from locked, hash-checked packages; the second contains
# nothing else. It works with a read-only root: only the volume /data is written.

FROM python:3.13-slim AS build

ENV VENV=/opt/loket
WORKDIR /build

COPY requirements.lock requirements-dev.lock ./
# The build backend is hash-checked too: its lines are those of the developers' lock.
RUN awk '/^[a-z]/ { keep = /^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/ } keep' requirements-dev.lock > backend.lock
RUN python -m venv backend
RUN backend/bin/pip install --no-cache-dir --require-hashes --requirement backend.lock
RUN python -m venv --without-pip "$VENV"
RUN backend/bin/pip --python "$VENV/bin/python" install --no-cache-dir --require-hashes --requirement requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY storage storage
RUN backend/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir dist .
RUN backend/bin/pip --python "$VENV/bin/python" install --no-cache-dir --no-index --no-deps dist/loket-*.whl


FROM python:3.13-slim

ENV PATH="/opt/loket/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/loket.db \
    LISTEN_HOST=0.0.0.0

RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent loket \
    && install --directory --owner=loket --group=loket --mode=0700 /data /backup

COPY --from=build /opt/loket /opt/loket

USER 10001:10001
# A relative path in DATABASE_URL is on the volume too.
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# The check must not go through a proxy of the environment.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ.get('LISTEN_PORT', '8080') + '/healthz', timeout=4)"]

# Set by --build-arg REVISION="$(git rev-parse HEAD)".
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Loket" \
    org.opencontainers.image.description="A Telegram counter for Indonesian resellers: orders in by chat, results pushed back, no rupiah spent twice." \
    org.opencontainers.image.version="0.1.0" \
    org.opencontainers.image.revision="$REVISION" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.base.name="docker.io/library/python:3.13-slim"

ENTRYPOINT ["loket"]
CMD ["run"]
