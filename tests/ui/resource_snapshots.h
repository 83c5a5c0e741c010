#pragma once

#include "tests/support/fake_broker_client.h"

/// Snapshots and answers for the pages of queues and exchanges.
namespace warren::test {

/// The key of a queue or exchange in vhost "/".
management::ResourceKey keyOf(const QString& name);

/// A durable binding from an exchange to a queue of vhost "/".
management::BindingRow bindingRow(const QString& source, const QString& destination,
                                  const QString& routingKey);

/// As typicalSnapshot, with the consumers and bindings of this one of its queues. A queue that it
/// does not have gives a snapshot without it.
management::Snapshot queueDetailSnapshot(const QString& name);

/// As queueDetailSnapshot, with so many consumers and bindings and very long names.
management::Snapshot hugeQueueDetailSnapshot(int rowCount);

/// As typicalSnapshot, with the bindings of its exchange "orders".
management::Snapshot exchangeDetailSnapshot();

/// As exchangeDetailSnapshot with so many exchanges, and bindings of the first one.
management::Snapshot hugeExchangeSnapshot(int rowCount);

/// Messages of all kinds: JSON, text, binary, cut; ready and unacked.
management::CommandResult typicalBrowseResult();

/// `count` messages from `offset` on, of a queue with `totalCount`.
management::CommandResult browseResult(std::uint64_t offset, int count, std::uint64_t totalCount);

}  // namespace warren::test
