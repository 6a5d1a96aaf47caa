#!/usr/bin/env bash
# Makes sure that a Docker engine answers: takes the one that runs, else installs Debian's docker.io and starts it,
# with published ports on loopback only. Prints one line that says what it found, or why there is none (exit 1).
#   scripts/ensure-docker.sh
# WEFT_DOCKER_LOG: where a started engine logs (default: ${TMPDIR:-/tmp}/weft-dockerd.log)
set -u
log=${WEFT_DOCKER_LOG:-${TMPDIR:-/tmp}/weft-dockerd.log}

answers() { command -v docker >/dev/null && timeout 20 docker info >/dev/null 2>&1; }
fail() { echo "no Docker engine: $1" >&2; exit 1; }
say() { echo "Docker engine $(docker info -f '{{.ServerVersion}}, storage {{.Driver}}') $1"; }

answers && { say 'is running'; exit 0; }
[ -z "${DOCKER_HOST:-}" ] || fail "DOCKER_HOST=$DOCKER_HOST does not answer"
[ "$(uname -s)" = Linux ] || fail "start Docker Desktop, then try again"
root=()
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2>/dev/null || fail "it has to be started as root (expected: sudo without a password, or a running engine)"
  root=(sudo -n)
fi

PATH=$PATH:/usr/sbin:/sbin
if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
  command -v apt-get >/dev/null || fail "install one with your system's package manager"
  apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120)
  { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends docker.io iptables; } </dev/null >"$log" 2>&1 ||
    fail "apt-get could not install docker.io (see $log)"
  hash -r
fi

# A daemon that was killed leaves its pid file behind, and the next one refuses to start.
pidfile=/var/run/docker.pid
if [ -f "$pidfile" ] && ! kill -0 "$(cat "$pidfile")" 2>/dev/null; then "${root[@]}" rm -f "$pidfile"; fi
setsid "${root[@]}" dockerd --ip 127.0.0.1 </dev/null >>"$log" 2>&1 &
pid=$!
for _ in $(seq 240); do
  answers && { say "started (log: $log)"; exit 0; }
  kill -0 "$pid" 2>/dev/null || fail "dockerd ended: $(grep -E 'level=fatal|failed to start' "$log" | tail -n 1) (see $log)"
  sleep 0.25
done
fail "dockerd did not answer within a minute (see $log)"
