#!/usr/bin/env bash
# Make static/css/govuk.css and tokens.css anew (developers only: needs Node; users do not).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/app.scss" "$work/"
cd "$work"
npm init -y >/dev/null
npm install --silent govuk-frontend@6.6.0 sass
npx sass --load-path=node_modules --style=compressed --no-source-map --quiet-deps app.scss govuk.css
cp govuk.css "$here/../../static/css/govuk.css"
python3 "$here/contrast.py" --css >"$here/../../static/css/tokens.css"
(cd "$here/../.." && sha256sum static/css/govuk.css >static/css/SHA256)
