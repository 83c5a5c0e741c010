#pragma once

#include "core/broker/broker.h"
#include "core/broker/definition.h"
#include "core/management/management_command.h"
#include "core/management/snapshot.h"

#include <QList>

/// Policies between the management side and the broker: commands, and what snapshots show of them.
/// Thread: the broker's.
namespace warren::node {

management::CommandResult execute(broker::Broker& broker, const management::PutPolicy& command);
management::CommandResult execute(broker::Broker& broker, const management::RemovePolicy& command);
management::CommandResult execute(broker::Broker& broker, const management::PreviewPolicy& command);

/// The policies of a vhost, operator policies last, with the number of queues and exchanges that
/// each holds for. Cost: O(queues and exchanges).
QList<management::PolicyRow> policyRows(const broker::Vhost& vhost);

/// What the policies that hold for a queue say together.
management::Arguments effectivePolicy(const broker::Vhost& vhost, const broker::Queue& queue);

/// Who had a say in the settings of a queue, by key.
QList<management::EffectiveSetting> queueSettings(const broker::Vhost& vhost,
                                                  const broker::Queue& queue);

}  // namespace warren::node
