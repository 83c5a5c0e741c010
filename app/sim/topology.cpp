#include "app/sim/topology.h"

#include "app/sim/node.h"
#include "app/sim/world.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace warren::sim {

// ---------------------------------------------------------------------------------------- policies

amqp::FieldTable MirrorWish::definition() const
{
    amqp::FieldTable definition;
    switch (mode) {
    case Mode::All: definition.append("ha-mode", "all"); break;
    case Mode::Exactly:
        definition.append("ha-mode", "exactly");
        definition.append("ha-params", std::int32_t{2});
        break;
    case Mode::Nodes: {
        amqp::FieldArray names;
        for (const std::string& node : nodes)
            names.emplace_back(node);
        definition.append("ha-mode", "nodes");
        definition.append("ha-params", std::move(names));
        break;
    }
    }
    definition.append("ha-sync-mode", isSyncManual ? "manual" : "automatic");
    return definition;
}

std::string MirrorWish::text() const
{
    std::string text = mode == Mode::All ? "all" : mode == Mode::Exactly ? "exactly 2" : "nodes";
    for (const std::string& node : nodes)
        text += " " + node;
    return text + (isSyncManual ? ", brought up by command" : "");
}

MirrorWish drawMirrorWish(World& world)
{
    MirrorWish wish;
    wish.mode = static_cast<MirrorWish::Mode>(world.below(3));
    wish.isSyncManual = world.below(3) == 0;
    if (wish.mode != MirrorWish::Mode::Nodes) return wish;
    const std::uint64_t leftOut = world.below(world.nodes().size());
    for (std::size_t i = 0; i < world.nodes().size(); ++i) {
        if (i != leftOut) wish.nodes.push_back(world.nodes()[i]->name().text());
    }
    return wish;
}

std::vector<broker::PolicyDefinition> Topology::policies(const MirrorWish& wish) const
{
    std::vector<broker::PolicyDefinition> policies;
    policies.push_back({.vhost = "/",
                        .name = "ha",
                        .pattern = ".*",
                        .applyTo = broker::PolicyTarget::Queues,
                        .definition = wish.definition()});
    if (!m_isDeadLetteringByPolicy) return policies;
    amqp::FieldTable definition = wish.definition();
    for (const amqp::FieldTableEntry& entry : deadLetterSettings(""))
        definition.append(entry.key, entry.value);
    policies.push_back({.vhost = "/",
                        .name = "work",
                        .pattern = "^work$",
                        .applyTo = broker::PolicyTarget::Queues,
                        .priority = 1,
                        .definition = std::move(definition)});
    return policies;
}

void Topology::putPolicies(broker::Broker& broker, const MirrorWish& wish) const
{
    // Who can't any more just now is asked again.
    for (broker::PolicyDefinition& policy : policies(wish))
        (void)broker.policies().put(std::move(policy));
}

bool Topology::hasPolicies(const broker::Broker& broker, const MirrorWish& wish) const
{
    const broker::Vhost* vhost = broker.findVhost("/");
    return vhost != nullptr &&
           std::ranges::all_of(policies(wish), [&](const broker::PolicyDefinition& policy) {
               const auto at = vhost->policies.find(policy.name);
               return at != vhost->policies.end() && at->second.definition == policy.definition;
           });
}

// ------------------------------------------------------------------------------------------ queues

Topology::Topology(World& world, bool losesDeadLetters)
{
    m_queues.push_back({"q1", Kind::Plain});
    constexpr Kind kSecond[] = {Kind::Plain, Kind::Work, Kind::Work, Kind::Purged,
                                Kind::Redeclared};
    add(losesDeadLetters ? Kind::Work : kSecond[world.below(std::size(kSecond))]);
    if (world.below(4) == 0) add(kSecond[1 + world.below(std::size(kSecond) - 1)]);
    if (losesDeadLetters) m_deadLetterKey = "nowhere";
    m_isDeadLetteringByPolicy = has(Kind::Work) && world.below(2) == 0;
    m_haveAllLifetimes = world.below(3) == 0;
    m_haveSomeLifetimes = world.below(2) == 0;
}

void Topology::add(Kind kind)
{
    if (kind != Kind::Plain && has(kind)) return;
    switch (kind) {
    case Kind::Plain: m_queues.push_back({"q2", kind}); break;
    case Kind::Work:
        m_queues.push_back({"work", kind});
        m_queues.push_back({"dead", Kind::Dead});
        break;
    case Kind::Purged: m_queues.push_back({"purged", kind}); break;
    case Kind::Redeclared: m_queues.push_back({"redeclared", kind}); break;
    case Kind::Dead: break;
    }
}

bool Topology::has(Kind kind) const
{
    return std::ranges::find(m_queues, kind, &Queue::kind) != m_queues.end();
}

amqp::FieldTable Topology::deadLetterSettings(const std::string& prefix) const
{
    constexpr std::int32_t kLifetimeMs = 2000;
    amqp::FieldTable settings;
    settings.append(prefix + "dead-letter-exchange", "");
    settings.append(prefix + "dead-letter-routing-key", m_deadLetterKey);
    if (m_haveAllLifetimes) settings.append(prefix + "message-ttl", kLifetimeMs);
    return settings;
}

amqp::FieldTable Topology::argumentsOf(Kind kind) const
{
    if (kind != Kind::Work || m_isDeadLetteringByPolicy) return {};
    return deadLetterSettings("x-");
}

Status<std::string> Topology::declareAll(broker::Broker& broker) const
{
    for (broker::PolicyDefinition& policy : policies({})) {
        const auto put = broker.policies().put(std::move(policy));
        if (!put) return put.error().text;
    }
    for (const Queue& queue : m_queues) {
        const auto declared = broker.declarations().declareQueue(
            *broker.findVhost("/"), {},
            {.name = queue.name, .isDurable = true, .arguments = argumentsOf(queue.kind)});
        if (!declared) return declared.error().text;
    }
    return {};
}

std::string Topology::text() const
{
    std::string text;
    for (const Queue& queue : m_queues)
        text += (text.empty() ? "" : ", ") + queue.name;
    if (!has(Kind::Work)) return text;
    if (m_isDeadLetteringByPolicy) text += "; dead letters by policy";
    if (m_haveAllLifetimes) text += "; a lifetime for all";
    if (m_haveSomeLifetimes) text += "; lifetimes for some";
    return text;
}

}  // namespace warren::sim
