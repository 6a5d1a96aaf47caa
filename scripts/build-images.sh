#!/usr/bin/env bash
# Builds container images from jars that are built already; ./weft images builds the jars first.
#   scripts/build-images.sh [--base-image IMAGE] [--tag TAG] [NAME...]        default: all
# weft-agent, weft-policy-server, and each test application twice: weft-app-NAME on weft-agent, weft-app-NAME-plain on
# the base image itself. A name is built with what it is built on.
# --base-image local makes the base image from the JDK on this machine, where no registry can be reached.
# WEFT_BASE_IMAGE and WEFT_TAG say the same as the options, which win.
set -euo pipefail
cd "$(dirname "$0")/.."

apps=(basket checkout orders plain-caller plain-echo pricing shop-front)
base=${WEFT_BASE_IMAGE:-eclipse-temurin:17-jre}
tag=${WEFT_TAG:-latest}
names=()

fail() { printf 'weft images: %s\n' "$1" >&2; exit 2; }

while [ $# -gt 0 ]; do
  case $1 in
    --base-image | --tag)
      [ -n "${2:-}" ] || fail "$1 (expected: a value behind it)"
      if [ "$1" = --tag ]; then tag=$2; else base=$2; fi
      shift
      ;;
    -*) fail "there is no option $1 (expected: --base-image, --tag)" ;;
    *) names+=("$1") ;;
  esac
  shift
done

all=(weft-agent weft-policy-server)
for app in "${apps[@]}"; do all+=("weft-app-$app" "weft-app-$app-plain"); done
for name in ${names[@]+"${names[@]}"}; do
  case " ${all[*]} " in *" $name "*) ;; *) fail "there is no image $name (expected: one of ${all[*]})" ;; esac
done
[ ${#names[@]} -gt 0 ] || names=("${all[@]}")
docker info >/dev/null 2>&1 || fail 'no Docker engine answers; scripts/ensure-docker.sh starts one on Debian and Ubuntu'

# What the woven applications are built on comes first.
case " ${names[*]} " in
  *' weft-agent '*) ;;
  *) for name in "${names[@]}"; do
    case $name in weft-app-*-plain) ;; weft-app-*) names=(weft-agent "${names[@]}"); break ;; esac
  done ;;
esac

if [ "$base" = local ]; then
  scripts/jre-base-image.sh
  base=weft/jre-base:local
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
number=0
for name in "${names[@]}"; do
  number=$((number + 1))
  from=$base
  case $name in
    weft-agent) folder=agent/distribution ;;
    weft-policy-server) folder=policy-server/server ;;
    weft-app-*-plain) folder=${name#weft-app-} && folder=test-apps/${folder%-plain} ;;
    weft-app-*) folder=test-apps/${name#weft-app-} from=weft-agent:$tag ;;
  esac
  jar=$(sed -n 's/^!\(target\/.*\)/\1/p' "$folder/.dockerignore")
  [ -f "$folder/$jar" ] || fail "$folder/$jar is not there (expected: built by mvn -DskipTests package)"
  printf '  %2d of %d  %-34s from %s\n' "$number" "${#names[@]}" "$name:$tag" "$from"
  docker build --build-arg "BASE_IMAGE=$from" --label dev.weft.image=true --tag "$name:$tag" "$folder" >"$log" 2>&1 ||
    { cat "$log" >&2; fail "$name could not be built from $from"; }
done
