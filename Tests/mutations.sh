#!/usr/bin/env bash
# Breaks the code on purpose, one break at a time, and sees that a test fails each time.
#
#   Tests/mutations.sh [FOLDER] [NAME…]
#
# FOLDER is a clone to break: one that is there is used as it is, with what it has built; without one
# a fresh clone is made and removed again. The checkout that the script lies in is never touched.
# NAMEs pick some of the breaks. A break that no longer applies, does not build or fails no test is a
# failure of the script. It builds once per break, so all take some ten minutes, and it is not part of
# the normal tests.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-}
if [ $# -gt 0 ]; then shift; fi
wanted=" $* "
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  git clone -q "$home" "$folder"
fi
folder=$(cd "$folder" && pwd)
if [ "$folder" = "$home" ]; then
  echo "This would break the checkout that the script is part of: name another folder." >&2
  exit 64
fi
cd "$folder"
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
  echo "$folder has changes that the breaks would mix with: commit or undo them." >&2
  exit 64
fi
log=$(mktemp)
survivors=0

# mutate NAME FILE PERL FILTER: applies a substitution to a file and runs the tests of a filter.
mutate() {
  local name=$1 file=$2 substitution=$3 filter=$4 failed
  if [ "$wanted" != "  " ] && [[ "$wanted" != *" $name "* ]]; then return; fi
  perl -0pi -e "$substitution" "$file"
  if git diff --quiet; then
    printf '%-32s does not apply any more: bring it up to date\n' "$name"
    survivors=$((survivors + 1))
    return
  fi
  if ! swift build --build-tests -j 2 >"$log" 2>&1; then
    printf '%-32s does not build:\n' "$name"
    grep -m 3 "error:" "$log" || true
    survivors=$((survivors + 1))
  elif swift test --skip-build --disable-xctest --filter "$filter" >"$log" 2>&1; then
    printf '%-32s SURVIVED %s\n' "$name" "$filter"
    survivors=$((survivors + 1))
  else
    failed=$(grep -oP '^✘ Test "\K[^"]+(?=".* failed after)' "$log" | sort -u || true)
    printf '%-32s caught by %d tests of %s, such as: %s\n' "$name" \
      "$(printf '%s\n' "$failed" | grep -c .)" "$filter" "$(printf '%s\n' "$failed" | head -n 1)"
  fi
  git checkout -q -- "$file"
}

mutate labels-shifted Sources/Policies/PackedGroups.swift \
  's/targets\.tokens \+= tokens\n/targets.tokens += tokens.dropFirst() + tokens.suffix(1)\n/' \
  'PoliciesTests|TrainingTests'
mutate scoring-without-temperature Sources/Transformers/TokenHead.swift \
  's/temperature: temperature/temperature: 1/g' 'TransformersTests|PoliciesTests'
mutate sampling-without-temperature Sources/Policies/Generator.swift \
  's/temperature: Float\(settings\.temperature\), uniforms/temperature: 1, uniforms/' PoliciesTests
mutate end-not-learnt Sources/Training/TrainingBatch.swift \
  's/completions: sequences\.map\(\\\.tokens\)/completions: sequences.map { Array(\$0.tokens.dropLast()) }/' \
  TrainingTests
mutate biased-deviation Sources/PolicyGradient/AdvantageEstimator.swift \
  's/squares \/ Double\(values\.count - 1\)/squares \/ Double(values.count)/' PolicyGradientTests
mutate weights-per-micro-batch Sources/Training/Updater.swift \
  's/weights: members\.map \{ weights\[\$0\] \}/weights: objective.weights(lengths: members.map { lengths[\$0] }, promptOf: members, maximumLength: maximumLength)/' \
  TrainingTests
mutate positions-without-prompt Sources/Transformers/PackedRows.swift \
  's/tokens, from: prompt\.count, prefix/tokens, from: 0, prefix/' TransformersTests
mutate no-bias-correction Sources/Tensors/ParameterOperations.swift \
  's/Float\(1 - pow\(Double\(beta([12])\), Double\(step\)\)\)/Float(1)/g' TensorsTests
mutate decay-on-final-group Sources/Training/Updater.swift \
  's/decay: group == \.body \? Float\(decay\) : 0/decay: Float(decay)/' TrainingTests
mutate another-mask-backward Sources/Transformers/TransformerBackward.swift \
  's/key: plan\.key\(block, site\)/key: plan.key(block, site) \&+ 1/' 'TransformersTests.GradientTests'
mutate skipped-step-applied Sources/Training/Updater.swift \
  's/if statistics\.gradientNorm\.isFinite \{/if true {/' TrainingTests
mutate unscored-counts-as-wrong Sources/Rollouts/Rollout.swift \
  's/!verdicts\.contains\(where: \{ \$0\.outcome == \.unscored \}\)/!verdicts.isEmpty/' \
  'RolloutsTests|EvaluationTests'

rm -f "$log"
if [ "$survivors" -gt 0 ]; then
  echo "$survivors breaks were not caught."
  exit 1
fi
echo "Every break was caught."
