#!/bin/sh
# Joins the parts beside it, unpacks them and runs the tests that need a GPU, or the benchmark.
#
# usage: sh run.sh [CLASSES]          CLASSES: a regular expression of class names, '.*GpuIT' by default
#        sh run.sh bench [OPTION ...]  the options of `./insula bench gpu`, which `sh run.sh bench --help` tells
#
# Environment: TENSORRT_LIBRARY_PATH names folders of TensorRT and CUDA where they are not found by themselves;
# GPU_TESTS_WORK is where to unpack (beside the parts by default); GPU_TESTS_JAVA are further options of the Java runtime.
# The results are printed, and kept in results/gpu-tests.json and results/gpu-bench.json, which are up to date whenever a run is
# cut off. Exits with 0 when all passed, 1 when one failed, 2 when one was
# skipped, 3 when the parts are not complete.
set -eu
cd "$(dirname "$0")"
work=${GPU_TESTS_WORK:-$PWD}
[ -f SHA256SUMS ] || { echo "SHA256SUMS is missing beside run.sh" >&2; exit 3; }
sum=$(sha256sum <SHA256SUMS | cut -d ' ' -f 1)
if [ "$(cat "$work/content/.sum" 2>/dev/null || true)" != "$sum" ]; then
    if ! sha256sum -c --quiet SHA256SUMS >&2; then
        echo "Parts are missing or damaged (listed above): copy them again." >&2
        exit 3
    fi
    rm -rf "$work/content"
    mkdir -p "$work/content"
    cut -c 67- SHA256SUMS | while IFS= read -r part; do cat "$part"; done | gzip -dc | tar -C "$work/content" -xf -
    printf '%s\n' "$sum" >"$work/content/.sum"
fi
mkdir -p "$work/results"
if [ -d "$work/content/tensorrt" ]; then
    TENSORRT_LIBRARY_PATH=$work/content/tensorrt${TENSORRT_LIBRARY_PATH:+:$TENSORRT_LIBRARY_PATH}
    export TENSORRT_LIBRARY_PATH
fi
model=
for file in "$work"/content/model/*; do
    case "$file" in */reference | */'*') ;; *) model=$file ;; esac
done
start() {
    # shellcheck disable=SC2086 # options are split on purpose
    exec "$work/content/jre/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        ${model:+"-Dinsula.gpu.model=$model" "-Dinsula.gpu.reference=$work/content/model/reference"} ${GPU_TESTS_JAVA:-} \
        -cp "$work/content/lib/*" "$@"
}
if [ "${1:-}" = bench ]; then
    shift
    start io.insula.bench.gpu.GpuCommand --home "$work/home" --json "$work/results/gpu-bench.json" \
        ${model:+--model "$model"} "$@"
fi
start io.insula.djl.tensorrt.gpu.GpuTests "$work/results" "${1:-.*GpuIT}"
