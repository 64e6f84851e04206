#!/bin/sh
# usage: pack.sh CONTENT OUT MIB: packs a folder into parts of at most MIB MiB, with their sums and the scripts that use them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
content=$1
out=$2
mib=$3
if [ -n "$(ls -A "$out" 2>/dev/null)" ] && [ ! -f "$out/SHA256SUMS" ]; then
    echo "$out: there are other files (expected: an empty folder, or a bundle to replace)" >&2
    exit 2
fi
mkdir -p "$out"
rm -f "$out"/gpu-tests.part-* "$out/SHA256SUMS" "$out"/.copied-*
out=$(cd "$out" && pwd)
tar -C "$content" -cf - . | gzip -9 | split -b "${mib}m" -a 3 - "$out/gpu-tests.part-"
cp "$here/run.sh" "$here/upload.sh" "$out/"
(cd "$out" && sha256sum gpu-tests.part-* >SHA256SUMS)
echo "$out: $(ls "$out" | grep -c '^gpu-tests.part-') parts, $(du -sm "$out" | cut -f1) MiB. On the host: sh run.sh" >&2
