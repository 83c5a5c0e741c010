#pragma once

#include "core/base/bytes.h"
#include "core/base/prng.h"
#include "core/broker/catalogue.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warren::broker {

/// Which queues a message reaches from an exchange, each once, in the order of their ids; follows
/// exchange-to-exchange bindings and alternate exchanges, each exchange once.
/// Thread: the broker's.
class Routing {
public:
    Routing(const Catalogue& catalogue, Prng& prng) : m_catalogue(catalogue), m_prng(prng) {}

    struct Route {
        std::vector<Queue*> queues;
        /// Whether the same exchange and key always give this route, until the catalogue changes.
        bool dependsOnKeyOnly = true;
        /// Exchanges on the way that keep what passes through them (recent_history.h).
        std::vector<Exchange*> keepers;
    };

    /// @param routingKeys  at least one: the message's own key, then those of CC and BCC
    void find(const Vhost& vhost, Exchange& exchange, std::span<const std::string_view> routingKeys,
              ByteView encodedProperties, Route& route);
    void find(const Vhost& vhost, Exchange& exchange, std::string_view routingKey,
              ByteView encodedProperties, Route& route)
    {
        find(vhost, exchange, std::span{&routingKey, 1}, encodedProperties, route);
    }

private:
    /// Routes to queues and further exchanges; visits each exchange once.
    void visit(const Vhost& vhost, Exchange& exchange,
               std::span<const std::string_view> routingKeys, ByteView encodedProperties,
               Route& route);
    void pushOnce(Exchange* exchange);

    const Catalogue& m_catalogue;
    Prng& m_prng;
    std::vector<Destination> m_destinations;  // scratch
    std::vector<Exchange*> m_visited;         // scratch, also the work list
};

/// The last routes of one channel, by exchange and routing key: a direct-mapped cache, empty again
/// when the catalogue has changed.
class RouteCache {
public:
    struct Entry {
        std::uint64_t generation = 0;
        std::string exchangeName;
        std::string routingKey;
        Exchange* exchange = nullptr;
        std::vector<Queue*> queues;
    };

    /// The entry for exchange and key if it is of this generation, else nullptr.
    const Entry* find(std::uint64_t generation, std::string_view exchange,
                      std::string_view routingKey) const;
    /// Replaces what lies in the place of this exchange and key.
    const Entry& put(Entry&& entry);

private:
    static constexpr std::size_t kSlots = 64;
    static std::size_t slotOf(std::string_view exchange, std::string_view routingKey);

    std::vector<Entry> m_entries;  // empty, or kSlots
};

}  // namespace warren::broker
