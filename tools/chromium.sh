#!/usr/bin/env bash
# The Chromium that the page is tested in: prints its path, after installing it by apt where there is none.
set -euo pipefail

find_it() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

if [[ -z "$(find_it)" ]]; then
  { apt-get update && apt-get install -y --no-install-recommends chromium; } >&2
fi
find_it
