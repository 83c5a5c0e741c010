#pragma once

#include "core/broker/state.h"

#include <span>

/// Tracing of a vhost (the firehose): copies of what is published, delivered and acknowledged go to
/// its exchange amq.rabbitmq.trace, with the circumstances in their headers.
///
/// Routing keys: publish.{exchange}, deliver.{queue} and, beyond RabbitMQ, ack.{queue}. The body is
/// that of the message; acknowledgements of messages that are on disk only are not told. Copies are
/// put on State::traces and routed at the end of the command or flush (Publishing::deliverTraces).
/// What came through the trace exchange is not traced itself, and without bindings no copy is made.
/// Callers ask `isTraced` first, so that tracing costs one look at a flag when it is off.
/// Thread: the broker's. Spec: RabbitMQ, "Firehose Tracer".
namespace warren::broker {

inline constexpr std::string_view kTraceExchange = "amq.rabbitmq.trace";

inline bool isTraced(const Vhost& vhost) { return vhost.definition.isTracing; }

/// @param channel  nullptr: published by the management side
void tracePublish(State& state, const Vhost& vhost, const Channel* channel,
                  const MessagePtr& message, std::span<Queue* const> queues);
void traceDelivery(State& state, const Channel& channel, const Queue& queue,
                   const QueueEntry& entry);
void traceAck(State& state, const Channel& channel, const Queue& queue, const QueueEntry& entry);

}  // namespace warren::broker
