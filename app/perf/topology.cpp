#include "app/perf/topology.h"

#include "core/base/check.h"
#include "core/base/prng.h"

#include <algorithm>

namespace warren::perf {
namespace {

/// The headers by which message and binding `number` find each other.
amqp::FieldTable headersOf(std::uint32_t number)
{
    return {{"kind", "load"}, {"number", std::to_string(number)}};
}

std::vector<Route> randomRoutes(std::uint32_t count)
{
    constexpr std::uint64_t kSeed = 0x77617272656E;  // the same keys in every run
    Prng random(kSeed);
    std::vector<Route> routes;
    for (std::uint32_t i = 0; i < count; ++i)
        routes.push_back({.routingKey = std::to_string(random.next()), .headers = {}, .slot = 0});
    return routes;
}

}  // namespace

Topology::Topology(const Options& options)
    : m_producerCount(options.producerChannelCount()),
      m_consumerCount(options.consumerChannelCount()),
      m_queues(options.queues)
{
    const std::string& type = options.exchangeType;
    if (options.hasRandomRoutingKey) m_routes = randomRoutes(options.randomRoutingKeys);

    if (options.usesDefaultExchange()) {
        if (!options.routingKey) return;
        const auto named = std::find(m_queues.begin(), m_queues.end(), *options.routingKey);
        m_routes = {{.routingKey = *options.routingKey, .headers = {}, .slot = 0}};
        if (named == m_queues.end()) {
            m_copies = Copies::Unknown;
        } else {
            m_routes[0].slot = static_cast<std::uint32_t>(named - m_queues.begin());
        }
    } else if (options.skipsBinding) {
        m_copies = Copies::Unknown;
        if (m_routes.empty()) m_routes = {{.routingKey = options.routingKey.value_or("")}};
    } else if (type == "x-consistent-hash" || type == "x-random" || type == "x-modulus-hash") {
        m_copies = Copies::OneUnknown;
        bindEach(type == "x-consistent-hash" ? options.routingKey.value_or("1") : "");
        if (m_routes.empty()) m_routes = randomRoutes(options.randomRoutingKeys);
    } else if (type == "fanout" || options.routingKey || options.hasRandomRoutingKey) {
        m_copies = Copies::Each;
        bindEach(options.hasRandomRoutingKey && type == "topic" ? "#"
                                                                : options.routingKey.value_or(""));
        if (m_routes.empty()) m_routes = {{.routingKey = options.routingKey.value_or("")}};
    } else if (type == "direct" || type == "topic" || type == "headers") {
        m_bindings.resize(std::max(options.bindings, queueCount()));
        for (std::uint32_t b = 0; b < m_bindings.size(); ++b) {
            const std::string key = "perf." + std::to_string(b);
            QueueBinding& binding = m_bindings[b];
            Route route{.routingKey = key, .headers = {}, .slot = b % queueCount()};
            binding.queue = b % queueCount();
            binding.key = key;
            if (type == "topic") {
                // Each key that is published matches one binding; half of them end in *, half in #.
                binding.key += b % 2 == 0 ? ".*" : ".#";
                route.routingKey += ".event";
            } else if (type == "headers") {
                binding.arguments = headersOf(b);
                binding.arguments.set("x-match", "all");
                route.headers = headersOf(b);
            }
            m_routes.push_back(std::move(route));
        }
    } else {
        // Of a type that we know nothing about: every queue with the same key.
        m_copies = Copies::Unknown;
        bindEach("");
        m_routes = {{}};
    }
    if (m_copies == Copies::OneKnown) return;
    WARREN_CHECK(std::all_of(m_routes.begin(), m_routes.end(),
                             [](const Route& route) { return route.slot == 0; }));
}

void Topology::bindEach(const std::string& key)
{
    for (std::uint32_t queue = 0; queue < queueCount(); ++queue)
        m_bindings.push_back({.queue = queue, .key = key, .arguments = {}});
}

std::vector<Route> Topology::routesOf(std::uint32_t producer) const
{
    std::vector<Route> routes = m_routes;
    if (routes.empty()) {
        const auto add = [&](std::uint32_t queue) {
            routes.push_back({.routingKey = m_queues[queue], .headers = {}, .slot = queue});
        };
        if (m_producerCount >= queueCount()) {
            add(producer % queueCount());
        } else {
            for (std::uint32_t queue = producer; queue < queueCount(); queue += m_producerCount)
                add(queue);
        }
        return routes;
    }
    // Producers begin at different routes, so that they do not load the same queue in step.
    const std::size_t offset = std::size_t{producer} * 7919 % routes.size();
    std::rotate(routes.begin(), routes.begin() + static_cast<std::ptrdiff_t>(offset), routes.end());
    return routes;
}

std::vector<std::uint32_t> Topology::queuesOf(std::uint32_t consumer) const
{
    if (m_consumerCount >= queueCount()) return {consumer % queueCount()};
    std::vector<std::uint32_t> queues;
    for (std::uint32_t queue = consumer; queue < queueCount(); queue += m_consumerCount)
        queues.push_back(queue);
    return queues;
}

}  // namespace warren::perf
