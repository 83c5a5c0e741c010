#!/usr/bin/env bash
# Holds every conversation with a RabbitMQ of its own: what the scripts say has to be true of it.
#
#   reference.sh WARREN_SPEC SCRIPT_FOLDER
#
# Starts one node on free ports of loopback, in a temporary folder, and stops it. Needs the package
# rabbitmq-server (Debian: 3.10.8), which need not run. Ends with 77 where it is missing.
set -euo pipefail

warren_spec=$1
scripts=$2
bin=/usr/lib/rabbitmq/bin
readonly skipped=77

if [[ ! -x $bin/rabbitmq-server ]]; then
    echo "Skipped: there is no $bin/rabbitmq-server."
    exit $skipped
fi
# The conversations are those of 3.10: later versions answer differently on purpose.
version=$(dpkg-query --show --showformat='${Version}' rabbitmq-server 2>/dev/null || true)
if [[ $version != 3.10.* ]]; then
    echo "Skipped: RabbitMQ '$version' is not 3.10."
    exit $skipped
fi

folder=$(mktemp -d)
vm_pid='' epmd_pid=''
# shellcheck disable=SC2317 # the trap calls it
stop() {
    local pid
    for pid in $vm_pid $epmd_pid; do
        kill "$pid" 2>/dev/null || true
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$pid" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap stop EXIT

# Four ports that nobody has: AMQP, management, distribution, epmd.
read -r amqp management distribution epmd < <(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(4)]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))
PYTHON
)

node="warren-spec-$amqp@localhost"
export HOME=$folder ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd
export RABBITMQ_NODENAME=$node RABBITMQ_CONF_ENV_FILE=$folder/env.conf
export RABBITMQ_CONFIG_FILE=$folder/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=$folder/plugins
export RABBITMQ_MNESIA_BASE=$folder/data RABBITMQ_LOG_BASE=$folder/log
export RABBITMQ_PID_FILE=$folder/pid RABBITMQ_DIST_PORT=$distribution
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
: > "$folder/env.conf"
echo '[rabbitmq_management,rabbitmq_consistent_hash_exchange,rabbitmq_random_exchange,rabbitmq_recent_history_exchange].' > "$folder/plugins"
cat > "$folder/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
management.tcp.ip = 127.0.0.1
management.tcp.port = $management
disk_free_limit.absolute = 1MB
CONF
(umask 077 && head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$folder/.erlang.cookie")
chmod 400 "$folder/.erlang.cookie"

epmd > "$folder/epmd.log" 2>&1 &
epmd_pid=$!
"$bin/rabbitmq-server" > "$folder/server.log" 2>&1 &
for _ in $(seq 600); do
    if [[ -s $folder/pid ]]; then
        vm_pid=$(cat "$folder/pid")
        break
    fi
    sleep 0.05
done
ctl() { "$bin/rabbitmqctl" -n "$node" "$@"; }
if ! ctl await_startup --timeout 120 > "$folder/ctl.log" 2>&1; then
    cat "$folder/server.log" "$folder/ctl.log" >&2
    exit 1
fi

# Different scripts use different names, so that several can talk at once. Time is real here and the
# machine may be busy: a conversation that went wrong gets another chance.
hold() {
    "$warren_spec" --broker "127.0.0.1:$amqp" --admin "http://guest:guest@127.0.0.1:$management" \
        --attempts 3 "$@"
}
export -f hold
export warren_spec amqp management
status=0
# shellcheck disable=SC2016 # the inner shell expands it
find "$scripts" -name '*.txt' ! -name consumer_timeout.txt -print0 | sort -z |
    xargs -0 -n 1 -P 6 bash -c 'hold "$0"' || status=1
# How long a consumer may take is a setting of the whole node: last.
ctl eval 'application:set_env(rabbit, consumer_timeout, 1000),
          application:set_env(rabbit, channel_tick_interval, 200).' > "$folder/ctl.log"
hold --with consumer-timeout=1000 "$scripts/consumer_timeout.txt" || status=1
exit $status
