#!/bin/bash
# A director and two workers on three "hosts": network namespaces where those may be made, else one host and three
# directories. The workers have nothing of the project but what the director sends them.
# Usage: remote.sh EXAMPLE, with `stepup` in PATH.
set -euo pipefail

example=$(realpath "$1")
work=$(mktemp -d)
names=()
workers=()

clean_up() {
  for pid in "${workers[@]}"; do kill "$pid" || true; done
  STEPUP_ROOT="$work/project" on director stepup shutdown >"$work/shutdown.log" 2>&1 || true
  cd /
  wait
  for name in "${names[@]}"; do ip netns delete "$name"; done
  rm -rf "$work"
}

# Namespaces around a bridge in a namespace of its own; no real interface is touched.
make_hosts() {
  local tag=stepup-demo-$$
  [ "$(id -u)" = 0 ] && command -v ip >/dev/null && ip netns add "$tag-hub" 2>/dev/null || return 1
  names+=("$tag-hub")
  ip -n "$tag-hub" link add bridge type bridge
  ip -n "$tag-hub" link set bridge up
  local number=0 host
  for host in director worker1 worker2; do
    number=$((number + 1))
    ip netns add "$tag-$host"
    names+=("$tag-$host")
    ip -n "$tag-$host" link set lo up
    ip link add "port$number" netns "$tag-hub" type veth peer name eth0 netns "$tag-$host"
    ip -n "$tag-hub" link set "port$number" master bridge up
    ip -n "$tag-$host" addr add "10.77.0.$number/24" dev eth0
    ip -n "$tag-$host" link set eth0 up
  done
  prefix=$tag
}

# Run a command on one of the hosts.
on() {
  local host=$1
  shift
  if [ -n "$prefix" ]; then ip netns exec "$prefix-$host" "$@"; else "$@"; fi
}

# Be a worker on one of the hosts, in a directory of its own.
start_worker() {
  local host=$1
  shift
  cd "$work/$host"
  export STEPUP_CREDENTIALS="$work/$host/credentials"
  if [ -n "$prefix" ]; then exec ip netns exec "$prefix-$host" "$@"; else exec "$@"; fi
}

prefix=
address=127.0.0.1
if make_hosts; then
  address=10.77.0.1
  echo "Three hosts: network namespaces $prefix-{director,worker1,worker2}"
else
  echo "Network namespaces are not allowed here: one host, three directories"
fi
trap clean_up EXIT

cp -R "$example" "$work/project"
cd "$work/project"
port=$((20000 + $$ % 10000))

echo '$ stepup director --listen '"$address:$port"
on director stepup director --listen "$address:$port" --log-format json >"$work/director.log" 2>&1 &
until [ -S "$(sed -n 's/.*"socket": "\([^"]*\)".*/\1/p' .stepup/director.json 2>/dev/null)" ]; do sleep 0.1; done

for host in worker1 worker2; do
  echo '$ stepup director invite --name '"$host"
  line=$(on director stepup director invite --name "$host")
  echo "$line"
  echo "  pasted on $host, with a workspace of its own"
  mkdir "$work/$host"
  (start_worker "$host" $line --workspace "$work/$host/workspace" --log-format json) >"$work/$host.log" 2>&1 &
  workers+=($!)
done
for host in worker1 worker2; do
  until on director stepup status | grep -q "$host on .*finished"; do sleep 0.2; done
done

echo '$ stepup build'
on director stepup build
echo '$ stepup status'
on director stepup status | sed -e 's/, pid [0-9]*//' -e "s|$work|...|"
echo '$ ls -R'
ls -R --ignore=__pycache__
for host in worker1 worker2; do
  echo "What $host still has of it:"
  find "$work/$host/workspace" -type f ! -name '*.log' | wc -l | sed 's/$/ file(s); what is small is in memory/'
done
