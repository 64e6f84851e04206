#!/bin/sh
# Copies the bundle beside it to a host, part by part, and runs it there.
set -eu
cd "$(dirname "$0")"
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    cat >&2 <<'USAGE'
usage: sh upload.sh COPY [RUN]

  COPY   a command that copies one file; {} stands for the file
  RUN    a command that runs once everything is there

for example: sh upload.sh 'scp -q {} gpu1:/tmp/gpu-tests/' 'ssh gpu1 sh /tmp/gpu-tests/run.sh'

A copy that fails is tried again, three times in all; calling the script again copies only what was not copied. The names of files
are plain: letters, digits, dots and dashes.
USAGE
    exit 2
fi
case "$1" in *'{}'*) ;; *) echo "COPY: $1 (expected: a command with {} for the file)" >&2; exit 2 ;; esac
done_list=.copied-$(printf '%s' "$1" | sha256sum | cut -c 1-16)
touch "$done_list"
total=$(ls gpu-tests.part-* run.sh SHA256SUMS | wc -l)
number=0
for file in gpu-tests.part-* run.sh SHA256SUMS; do
    number=$((number + 1))
    entry="$(sha256sum "$file" | cut -c 1-64) $file"
    if grep -qxF "$entry" "$done_list"; then continue; fi
    echo "$file ($number of $total)" >&2
    command=$(printf '%s\n' "$1" | sed "s|{}|$file|g")
    try=1
    until sh -c "$command"; do
        [ "$try" -lt 3 ] || { echo "$file could not be copied: $command" >&2; exit 1; }
        try=$((try + 1))
    done
    printf '%s\n' "$entry" >>"$done_list"
done
[ $# -lt 2 ] || exec sh -c "$2"
