#pragma once

#include "core/broker/alarm.h"
#include "core/broker/command.h"
#include "core/broker/state.h"

#include <string>
#include <string_view>

/// What happens in the broker, told as messages through the exchange amq.rabbitmq.event of one
/// vhost: the routing key says what (queue.created, connection.closed, alarm.set, …), the headers
/// say the circumstances, the body is empty.
///
/// Each function looks first whether anything is bound to the exchange, and does nothing otherwise.
/// Messages are put on State::notices and routed at the end of the command or flush
/// (Publishing::deliverNotices), so that nothing happens within something else.
/// Deviations: process ids are names of ours; what RabbitMQ tells of its own inner workings
/// (exchange-delete-in-progress, nodes of its tools, vhost.down), the vhost's metadata and the
/// details of certificates are left out; connection.closed has the client's properties only if
/// somebody listened when it was opened.
/// Thread: the broker's. Source: RabbitMQ 3.10.8, plugin rabbitmq_event_exchange, observed.
namespace warren::broker {

inline constexpr std::string_view kEventExchange = "amq.rabbitmq.event";
/// Who does what nobody has asked for: in RabbitMQ's words.
inline constexpr std::string_view kInternalActor = "rmq-internal";
/// Who changes something from outside all connections. Ours: RabbitMQ names its tools here.
inline constexpr std::string_view kManagementActor = "management";

/// Call before the change is carried out.
void noteChange(State& state, const CatalogueChange& change);

void noteLogin(State& state, const Connection& connection, const OpenConnection& open);
void noteRefusedLogin(State& state, const Connection& connection, const RefuseLogin& refusal);
/// Keeps what noteConnectionClosed will want to know.
void noteConnectionOpened(State& state, Connection& connection, const OpenConnection& open);
void noteConnectionClosed(State& state, const Connection& connection);
void noteChannelOpened(State& state, const Channel& channel);
void noteChannelClosed(State& state, const Channel& channel);
void noteConsumerAdded(State& state, const Consumer& consumer);
void noteConsumerRemoved(State& state, const Consumer& consumer);
/// What has begun or ended from one state of the alarms to the other.
void noteAlarms(State& state, Alarms before, Alarms after);

}  // namespace warren::broker
