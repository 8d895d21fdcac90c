#!/usr/bin/env bash
# Runs the examples of scripts/ci as far as a machine of one's own can: the commands of the GitHub job, and
# the hook through pre-commit in a git repository of its own. With outputs as they should be, and without.
# usage: tests/ci_test.sh PROGRAM PHOTOS REFERENCE      (exit code 77: a tool is missing)
set -euo pipefail
bin=$(dirname "$(realpath "$1")")
photos=$(realpath "$2")
reference=$(realpath "$3")
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH=$bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1" >&2; exit 1; }
mkdir "$work/repository"
cd "$work/repository"
mkdir photos reference
for name in portrait_03.jpg portrait_01.png; do
  cp "$photos/$name" photos/
  cp "$reference/$name" reference/
done

skipped=false
if python3 -c 'import yaml' 2>/dev/null; then
  python3 - "$source/scripts/ci/github_actions.yml" >"$work/job" <<'END'
import sys, yaml
steps = yaml.safe_load(open(sys.argv[1]))["jobs"]["faces"]["steps"]
print("\n".join(step["run"] for step in steps if step.get("run", "apt-get").startswith("facedeblur ")))
END
  [ "$(wc -l <"$work/job")" -eq 2 ] || fail "the GitHub job does not have its two commands"
  bash -e "$work/job" >"$work/log" 2>&1 || { cat "$work/log"; fail "the GitHub job failed"; }
  rm -r out run.jsonl
  cp photos/portrait_01.png reference/portrait_01.png  # as if the face had come out blurred
  if bash -e "$work/job" >"$work/log" 2>&1; then fail "the GitHub job did not see a difference"; fi
  { [ -e compare.xml ] && [ -n "$(ls diff)" ]; } || fail "the GitHub job leaves nothing to look at"
  cp "$reference/portrait_01.png" reference/
else
  echo "skipped: the GitHub job; python3-yaml is missing"
  skipped=true
  facedeblur -q photos/ out/
fi

if command -v pre-commit >/dev/null && git -C "$source" cat-file -e HEAD:.pre-commit-hooks.yaml 2>/dev/null; then
  export PRE_COMMIT_HOME=$work/pre-commit
  sed "s|URL_OF_FACEDEBLUR|$source|; s|REVISION|$(git -C "$source" rev-parse HEAD)|" \
    "$source/scripts/ci/pre-commit-config.yaml" >.pre-commit-config.yaml
  git init -q .
  git config user.name test
  git config user.email test@localhost
  pre-commit install >"$work/log"
  git add .pre-commit-config.yaml out reference
  git commit -q -m "as they should be" >"$work/log" 2>&1 || { cat "$work/log"; fail "the hook refused equal images"; }
  cp photos/portrait_01.png out/portrait_01.png
  git add out
  if git commit -q -m "a blurred face" >"$work/log" 2>&1; then fail "the hook did not see a difference"; fi
  grep -q "portrait_01.png .*differs" "$work/log" || { cat "$work/log"; fail "the hook does not name the image"; }
else
  echo "skipped: the hook; pre-commit is missing, or this is no git repository"
  skipped=true
fi
if $skipped; then exit 77; fi
