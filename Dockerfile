# The commands obelisc, asterisc, op-program and kona-host in an image:
#   docker build --tag obelisc .
#   docker run --rm --init --network host --volume "$PWD:/home/node/data" obelisc obelisc validate …
# tools/check-install.mjs runs these steps in a fresh folder, without Docker; so RUN lines name files relative to WORKDIR.

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
RUN mkdir packed && npm pack --pack-destination packed

FROM node:24-bookworm-slim
WORKDIR /packed
COPY --from=build /src/packed .
RUN --mount=type=cache,target=/root/.npm npm install --global --no-audit --no-fund ./obelisc-*.tgz && rm ./obelisc-*.tgz
USER node
WORKDIR /home/node
# Docker itself would make it root's.
RUN mkdir data
WORKDIR /home/node/data
# The released client is there and whole. A service says more of itself: docs/operators.md.
HEALTHCHECK --interval=1m --timeout=20s CMD ["obelisc", "client"]
CMD ["obelisc", "--help"]
