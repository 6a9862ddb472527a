#!/usr/bin/env bash
# Make govuk.css, tokens.css and htmx.min.js of static/ anew (developers only: needs Node; users do not).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/app.scss" "$work/"
cd "$work"
npm init -y >/dev/null
npm install --silent govuk-frontend@6.6.0 htmx.org@2.0.10 sass
npx sass --load-path=node_modules --style=compressed --no-source-map --quiet-deps app.scss govuk.css
cp govuk.css "$here/../../static/css/govuk.css"
cp node_modules/htmx.org/dist/htmx.min.js "$here/../../static/js/htmx.min.js"
python3 "$here/contrast.py" --css >"$here/../../static/css/tokens.css"
(cd "$here/../.." && sha256sum static/css/govuk.css static/js/htmx.min.js >static/SHA256)
