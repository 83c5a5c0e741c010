#pragma once

#include "core/broker/broker.h"
#include "core/management/management_command.h"

/// What people change of vhosts, users and their rights, carried out by the broker's rules.
/// Thread: the broker's.
namespace warren::node {

management::CommandResult carryOut(broker::Broker& broker, const management::PutUser& command);
management::CommandResult carryOut(broker::Broker& broker, const management::RemoveUser& command);
management::CommandResult carryOut(broker::Broker& broker, const management::PutVhost& command);
management::CommandResult carryOut(broker::Broker& broker, const management::RemoveVhost& command);
management::CommandResult carryOut(broker::Broker& broker,
                                   const management::PutPermission& command);
management::CommandResult carryOut(broker::Broker& broker,
                                   const management::RemovePermission& command);
management::CommandResult carryOut(broker::Broker& broker,
                                   const management::PutTopicPermission& command);
management::CommandResult carryOut(broker::Broker& broker,
                                   const management::RemoveTopicPermission& command);
management::CommandResult carryOut(broker::Broker& broker, const management::CheckAccess& command);

}  // namespace warren::node
