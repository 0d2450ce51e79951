#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the libFuzzer targets with clang and runs each for some seconds. usage: run.sh SECONDS
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-10}
out=build/fuzz
generated=build/${STEWARD_PRESET:-release}/src
mkdir -p $out
flags="-std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Isrc -I$generated/contract/generated -isystem $generated/agentproto/generated"
contract="src/base/error.cpp src/base/iso_time.cpp src/base/text.cpp src/base/uuid.cpp src/contract/check.cpp $generated/contract/generated/contract/contract.gen.cpp tests/fuzz/no_handlers.cpp"
libs="-lfmt -lsodium -lcrypto -lpq"
build() {
  local source
  for source in tests/fuzz/"$1".cpp $2; do
    [ $out/"$1" -nt "$source" ] || { clang++ $flags -o $out/"$1" tests/fuzz/"$1".cpp $2 $libs $3; return; }
  done
}
build filter_fuzz "$contract src/platform/list/filter.cpp src/platform/list/lenient_json.cpp" ""
build patch_fuzz "$contract" ""
build form_fuzz "src/base/error.cpp src/base/text.cpp src/net/wire.cpp src/platform/form.cpp" ""
build frame_fuzz "$generated/agentproto/generated/agentproto/link.pb.cc $generated/agentproto/generated/agentproto/inventory.pb.cc" "-lprotobuf"
build proxy_fuzz "src/base/error.cpp src/net/proxy_protocol.cpp" "-lssl"
build site_path_fuzz "src/base/error.cpp src/base/text.cpp src/base/uuid.cpp src/net/wire.cpp src/site/target.cpp src/site/byte_range.cpp src/site/blob_store.cpp" ""
build license_fuzz "src/base/day.cpp src/base/error.cpp src/base/signing.cpp src/base/uuid.cpp src/license/key_ring.cpp src/license/license.cpp src/license/weight.cpp" ""
good=0
for target in filter_fuzz patch_fuzz form_fuzz frame_fuzz proxy_fuzz site_path_fuzz license_fuzz; do
  mkdir -p $out/corpus-$target
  seeds=tests/fuzz/seeds/$target
  $out/$target -max_total_time="$seconds" -max_len=4096 -artifact_prefix=$out/ $out/corpus-$target $( [ -d $seeds ] && echo $seeds ) >$out/$target.log 2>&1 ||
    { tail -40 $out/$target.log; echo "1 failed"; exit 1; }
  good=$((good + 1))
done
echo "$good passed"
