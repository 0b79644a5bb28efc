#!/usr/bin/env bash
# The cast (Foundry) that the embedded chain's endpoints are tested with: prints its path, after fetching the prebuilt package
# into node_modules/.cache where there is none. No script of the package runs.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.7.1
if command -v cast; then exit; fi
platform=$(node -p '`${process.platform}-${{ x64: "amd64" }[process.arch] ?? process.arch}`')
folder=node_modules/.cache/cast-$version
binary=$folder/node_modules/@foundry-rs/cast-$platform/bin/cast
if [[ ! -x "$binary" ]]; then
  npm install --prefix "$folder" --no-save --ignore-scripts --no-audit --no-fund "@foundry-rs/cast-$platform@$version" >&2
fi
printf '%s\n' "$PWD/$binary"
