#!/usr/bin/env bash
# amqp-tools, the command-line clients of librabbitmq, against a node. The port is in AMQP_PORT.
set -euo pipefail

for tool in amqp-declare-queue amqp-publish amqp-get amqp-consume amqp-delete-queue; do
    command -v "$tool" >/dev/null || {
        echo "$tool is not installed (Debian's amqp-tools); installer/test installs it." >&2
        exit 1
    }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
server=(--server 127.0.0.1 --port "$AMQP_PORT" --username guest --password guest)

fail() {
    echo "FAILED: $*" >&2
    exit 1
}
expect() { # WHAT WANTED GOT
    [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
    echo "ok: $1"
}

queue=$(amqp-declare-queue "${server[@]}" --queue tools --durable)
expect "declares a durable queue" tools "$queue"

amqp-publish "${server[@]}" --routing-key tools --persistent --body "one"
printf 'line 1\nline 2\n' | amqp-publish "${server[@]}" --routing-key tools --line-buffered
amqp-publish "${server[@]}" --routing-key tools --content-type text/plain --body "last"

expect "gets in order" "one" "$(amqp-get "${server[@]}" --queue tools)"

amqp-consume "${server[@]}" --queue tools --count 3 --prefetch-count 1 \
    -- sh -c 'cat; echo "|"' >"$scratch/consumed"
expect "consumes the rest" "line 1|line 2|last|" "$(tr -d '\n' <"$scratch/consumed")"

code=0
amqp-get "${server[@]}" --queue tools >"$scratch/empty" || code=$?
expect "gets nothing from an empty queue" "2 0" "$code $(wc -c <"$scratch/empty")"

# A body of many frames.
head -c 500000 /dev/urandom >"$scratch/body"
amqp-publish "${server[@]}" --routing-key tools --persistent <"$scratch/body"
amqp-get "${server[@]}" --queue tools >"$scratch/got"
cmp "$scratch/body" "$scratch/got" || fail "a large body came back changed"
echo "ok: carries large bodies"

# A consumer with a queue of its own, bound to an exchange.
amqp-consume "${server[@]}" --exchange amq.topic --routing-key 'news.#' --count 2 -- cat \
    >"$scratch/news" &
consumer=$!
while kill -0 "$consumer" 2>/dev/null; do
    # Its queue may not be bound yet: what comes too early is dropped.
    amqp-publish "${server[@]}" --exchange amq.topic --routing-key news.today --body x
    amqp-publish "${server[@]}" --exchange amq.topic --routing-key weather --body y
done
wait "$consumer"
expect "consumes from an exchange" "xx" "$(cat "$scratch/news")"

code=0
amqp-get "${server[@]}" --queue nothing >"$scratch/out" 2>"$scratch/error" || code=$?
[[ $code != 0 ]] || fail "a queue that is not there could be read"
grep -q "NOT_FOUND - no queue 'nothing' in vhost '/'" "$scratch/error" ||
    fail "the reason is not told: $(cat "$scratch/error")"
echo "ok: is told what is missing"

code=0
amqp-get --server 127.0.0.1 --port "$AMQP_PORT" --username guest --password wrong --queue tools \
    2>"$scratch/error" || code=$?
[[ $code != 0 ]] || fail "a wrong password was accepted"
grep -q "ACCESS_REFUSED" "$scratch/error" || fail "the refusal is not told: $(cat "$scratch/error")"
echo "ok: is refused with a wrong password"

deleted=$(amqp-delete-queue "${server[@]}" --queue tools)
expect "deletes the queue" 0 "$deleted"
