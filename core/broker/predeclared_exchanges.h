#pragma once

#include "core/broker/definition.h"

#include <string_view>

namespace warren::broker {

struct PredeclaredExchange {
    std::string_view name;
    ExchangeType type;
    bool isInternal;
};

/// What every vhost has from the beginning, and no store keeps.
/// Spec: AMQP 0-9-1 §3.1.3; amq.match and amq.rabbitmq.trace as RabbitMQ has them.
inline constexpr PredeclaredExchange kPredeclaredExchanges[] = {
    {"", ExchangeType::Direct, false},           {"amq.direct", ExchangeType::Direct, false},
    {"amq.fanout", ExchangeType::Fanout, false}, {"amq.headers", ExchangeType::Headers, false},
    {"amq.match", ExchangeType::Headers, false}, {"amq.rabbitmq.trace", ExchangeType::Topic, true},
    {"amq.topic", ExchangeType::Topic, false},
};

}  // namespace warren::broker
