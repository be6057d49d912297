# The image of the command `a3s-sentry`, built from this work tree. The last stage holds no build tools.
#
#   docker build -t a3s-sentry --build-arg REVISION="$(git rev-parse HEAD)" .
#
# The base images are pinned by version. docs/runbook.md, "The image", says how to pin them by digest.

ARG NODE=20.20.2
ARG RUST=1.95.0

FROM rust:${RUST}-bookworm AS rust
RUN rustup target add wasm32-unknown-unknown && rustup component add rustfmt clippy

FROM node:${NODE}-bookworm AS build
COPY --from=rust /usr/local/cargo /usr/local/cargo
COPY --from=rust /usr/local/rustup /usr/local/rustup
ENV CARGO_HOME=/usr/local/cargo RUSTUP_HOME=/usr/local/rustup PATH=/usr/local/cargo/bin:$PATH
WORKDIR /src
COPY . .
RUN npm run build && node scripts/app.mjs /app

FROM node:${NODE}-bookworm-slim
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /opt/yarn-* \
    /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
COPY --from=build /app /app
ARG REVISION=unknown
LABEL org.opencontainers.image.title="a3s-sentry" \
    org.opencontainers.image.description="Judges what an AI agent does, event by event, and writes the deny-files that stop it." \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.revision="${REVISION}"
# A user without a name, who owns nothing in the image.
USER 65532:65532
ENV NODE_ENV=production PATH=/app/bin:$PATH A3S_SENTRY_METRICS_ADDR=127.0.0.1:9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["node", "-e", "fetch(`http://${process.env.A3S_SENTRY_METRICS_ADDR}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["a3s-sentry"]
CMD ["run"]
