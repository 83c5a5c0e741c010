#pragma once

#include "core/broker/definition.h"
#include "core/broker/queue_operation.h"
#include "core/broker/recent_history.h"
#include "core/broker/router.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace warren::broker {

/// One exchange: its definition, its routing table and its books. Thread: the broker's.
struct Exchange {
    Exchange(ExchangeId exchangeId, ExchangeDefinition exchangeDefinition)
        : id(exchangeId),
          definition(std::move(exchangeDefinition)),
          router(makeRouter(definition.type, definition.arguments))
    {
        if (definition.type == ExchangeType::RecentHistory) {
            history = std::make_unique<RecentHistory>(definition.arguments);
        }
    }

    ExchangeId id;
    ExchangeDefinition definition;
    std::unique_ptr<Router> router;
    std::unique_ptr<RecentHistory> history;  ///< of an x-recent-history exchange, else null
    std::uint64_t publishedIn = 0;           ///< messages published to it or routed to it
    std::uint64_t publishedOut = 0;          ///< queues that they reached from here

    std::string policy;  ///< the one that holds for it; empty: none
    /// Where unroutable messages go, by argument or policy; empty: nowhere.
    std::string alternateExchange;

    LogPosition declaredAt = 0;  ///< until this is committed, nobody may be told that it exists

    bool isDefault() const { return definition.name.empty(); }
};

/// "direct", "fanout", "x-random", …: as in exchange.declare.
std::string_view exchangeTypeName(ExchangeType type);

}  // namespace warren::broker
