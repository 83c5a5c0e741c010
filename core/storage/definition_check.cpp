#include "core/storage/definition_check.h"

#include "core/broker/predeclared_exchanges.h"

#include <variant>

namespace warren::storage {

namespace {

std::string named(const char* what, const std::string& name)
{
    return "the " + std::string{what} + " '" + name + "'";
}

}  // namespace

std::optional<std::string> DefinitionCheck::judgeVhost(const std::string& vhost,
                                                       const std::string& what) const
{
    if (m_vhosts.contains(vhost)) return std::nullopt;
    return what + " is in the vhost '" + vhost + "', which is not there";
}

std::optional<std::string> DefinitionCheck::judge(const broker::BindingDefinition& binding) const
{
    const std::string what = "a binding of the exchange '" + binding.source + "'";
    if (auto fault = judgeVhost(binding.vhost, what)) return fault;
    if (!m_exchanges.contains({binding.vhost, binding.source})) {
        return what + " has no such exchange in the vhost '" + binding.vhost + "'";
    }
    const bool isToQueue = binding.destinationKind == broker::DestinationKind::Queue;
    if ((isToQueue ? m_queues : m_exchanges).contains({binding.vhost, binding.destination})) {
        return std::nullopt;
    }
    return what + " leads to " + named(isToQueue ? "queue" : "exchange", binding.destination) +
           ", which is not there";
}

std::optional<std::string> DefinitionCheck::add(const broker::CatalogueChange& put)
{
    if (const auto* vhost = std::get_if<broker::PutVhost>(&put)) {
        m_vhosts.insert(vhost->vhost.name);
        for (const broker::PredeclaredExchange& one : broker::kPredeclaredExchanges)
            m_exchanges.emplace(vhost->vhost.name, one.name);
    } else if (const auto* exchange = std::get_if<broker::PutExchange>(&put)) {
        const broker::ExchangeDefinition& definition = exchange->exchange;
        m_exchanges.emplace(definition.vhost, definition.name);
        return judgeVhost(definition.vhost, named("exchange", definition.name));
    } else if (const auto* queue = std::get_if<broker::PutQueue>(&put)) {
        const broker::QueueDefinition& definition = queue->queue;
        m_queues.emplace(definition.vhost, definition.name);
        if (!definition.id) return named("queue", definition.name) + " has no id";
        return judgeVhost(definition.vhost, named("queue", definition.name));
    } else if (const auto* binding = std::get_if<broker::PutBinding>(&put)) {
        return judge(binding->binding);
    } else if (const auto* policy = std::get_if<broker::PutPolicy>(&put)) {
        return judgeVhost(policy->policy.vhost, named("policy", policy->policy.name));
    }
    return std::nullopt;  // users and their rights refer to names that need not be there
}

}  // namespace warren::storage
