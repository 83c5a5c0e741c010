#include "core/broker/router.h"

#include "core/broker/consistent_hash_router.h"
#include "core/broker/direct_router.h"
#include "core/broker/fanout_router.h"
#include "core/broker/headers_router.h"
#include "core/broker/random_router.h"
#include "core/broker/topic_router.h"

#include <cstdlib>

namespace warren::broker {

std::unique_ptr<Router> makeRouter(ExchangeType type, const amqp::FieldTable& arguments)
{
    switch (type) {
    case ExchangeType::Direct: return std::make_unique<DirectRouter>();
    case ExchangeType::Fanout: return std::make_unique<FanoutRouter>();
    case ExchangeType::Topic: return std::make_unique<TopicRouter>();
    case ExchangeType::Headers: return std::make_unique<HeadersRouter>();
    case ExchangeType::ConsistentHash: return std::make_unique<ConsistentHashRouter>(arguments);
    case ExchangeType::Random: return std::make_unique<RandomRouter>();
    // What it keeps is not the router's business (recent_history.h).
    case ExchangeType::RecentHistory: return std::make_unique<FanoutRouter>();
    }
    std::abort();
}

}  // namespace warren::broker
