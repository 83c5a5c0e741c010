#pragma once

#include "app/perf/options.h"
#include "core/amqp/field_table.h"

#include <cstdint>
#include <string>
#include <vector>

namespace warren::perf {

/// How a message of one slot arrives.
enum class Copies {
    OneKnown,    // in the queue whose number is the slot's
    OneUnknown,  // in one of the queues, whichever the exchange chooses; there is one slot
    Each,        // in each of the queues; there is one slot
    Unknown,     // bindings are not ours: nobody can say; there is one slot
};

/// A way to address a message. `slot` is the sequence space that it counts in: consumers can tell
/// from its numbers what is missing.
struct Route {
    std::string routingKey{};
    amqp::FieldTable headers{};
    std::uint32_t slot = 0;
};

struct QueueBinding {
    std::uint32_t queue = 0;
    std::string key{};
    amqp::FieldTable arguments{};
};

/// Which queues, bindings and routes a run uses, and who uses which. Pure.
class Topology {
public:
    explicit Topology(const Options& options);

    const std::vector<std::string>& queues() const { return m_queues; }
    std::uint32_t queueCount() const { return static_cast<std::uint32_t>(m_queues.size()); }
    const std::vector<QueueBinding>& bindings() const { return m_bindings; }
    Copies copies() const { return m_copies; }
    std::uint32_t slotCount() const { return m_copies == Copies::OneKnown ? queueCount() : 1; }
    std::uint32_t slotOf(std::uint32_t queue) const
    {
        return m_copies == Copies::OneKnown ? queue : 0;
    }

    /// The routes of a producer, which it uses in turn. @param producer  number of its channel
    std::vector<Route> routesOf(std::uint32_t producer) const;
    /// The queues of a consumer. @param consumer  number of its channel
    std::vector<std::uint32_t> queuesOf(std::uint32_t consumer) const;

private:
    void bindEach(const std::string& key);
    void bindKeys();

    std::uint32_t m_producerCount;
    std::uint32_t m_consumerCount;
    std::vector<std::string> m_queues;
    std::vector<QueueBinding> m_bindings;
    /// Of all producers; empty if each has its own queues and the key is the queue's name.
    std::vector<Route> m_routes;
    Copies m_copies = Copies::OneKnown;
};

}  // namespace warren::perf
