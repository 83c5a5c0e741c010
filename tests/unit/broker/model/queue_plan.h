#pragma once

#include "core/amqp/field_table.h"
#include "core/base/prng.h"
#include "core/broker/queue_settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace warren::test {

/// The exchange that some queues send their dead to; queues are bound to it at random.
inline constexpr const char* kDeathExchange = "dead";
/// An exchange that is never there.
inline constexpr const char* kMissingExchange = "missing";

/// How a queue of the model is declared and bound, as plain values.
struct QueuePlan {
    std::string name{};
    bool isDurable = false;
    bool isBoundToAll = false;    ///< to amq.fanout
    bool isBoundToDeath = false;  ///< to kDeathExchange
    std::optional<std::int32_t> ttlMs{};
    bool hasExactTtl = false;
    std::optional<std::int32_t> expiresMs{};
    std::optional<std::int32_t> lengthMax{};
    std::optional<std::int32_t> bytesMax{};
    broker::Overflow overflow = broker::Overflow::DropHead;
    std::int32_t priorityMax = 0;
    std::optional<std::int32_t> deliveryLimit{};
    bool hasSingleActiveConsumer = false;
    std::optional<std::string> deadLetterExchange{};
    std::optional<std::string> deadLetterKey{};

    bool hasLengthLimit() const { return lengthMax || bytesMax; }
};

/// Queues "q0", "q1" … with arguments at random.
std::vector<QueuePlan> randomPlans(Prng& prng, std::size_t count);
/// The arguments of its declaration.
amqp::FieldTable argumentsOf(const QueuePlan& plan);
/// One line for people.
std::string describe(const QueuePlan& plan);
/// Every plan that asks for one thing less: for making a failing script simpler.
std::vector<QueuePlan> simplerPlans(const QueuePlan& plan);

}  // namespace warren::test
