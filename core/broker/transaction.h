#pragma once

#include "core/base/ids.h"
#include "core/broker/message.h"
#include "core/broker/queue.h"

#include <cstddef>
#include <vector>

namespace warren::broker {

/// What a transactional channel has asked for since its last commit or rollback.
/// Spec: AMQP 0-9-1 class tx: publishes and acknowledgements, nothing else.
struct Transaction {
    struct Publish {
        MessagePtr message;
        std::vector<QueueId> queues;  ///< routed when it was published, as RabbitMQ does
        bool isMandatory = false;
    };
    struct Settlement {
        DeliveryTag tag = 0;
        bool requeues = false;
        bool isRejected = false;
    };
    std::vector<Publish> publishes;
    std::vector<Settlement> settlements;

    std::size_t count() const { return publishes.size() + settlements.size(); }
};

}  // namespace warren::broker
