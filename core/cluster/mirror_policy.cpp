#include "core/cluster/mirror_policy.h"

#include <algorithm>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace warren::cluster {
namespace {

using amqp::FieldTable;
using amqp::FieldValue;

std::string_view wordOf(const FieldTable& definition, std::string_view key)
{
    const FieldValue* value = definition.find(key);
    const auto* word = value == nullptr ? nullptr : value->as<std::string>();
    return word == nullptr ? std::string_view{} : *word;
}

/// A number from 1, of whatever integer type; 0: none. Larger ones come back as the maximum.
std::uint32_t positiveOf(const FieldTable& definition, std::string_view key)
{
    const FieldValue* value = definition.find(key);
    if (value == nullptr) return 0;
    return std::visit(
        [](const auto& number) -> std::uint32_t {
            using Number = std::decay_t<decltype(number)>;
            if constexpr (std::is_integral_v<Number> && !std::is_same_v<Number, bool>) {
                if (number <= 0) return 0;
                constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
                return static_cast<std::uint32_t>(
                    std::min(kMax, static_cast<std::uint64_t>(number)));
            }
            return 0;
        },
        value->value);
}

std::vector<NodeName> nodesOf(const FieldTable& definition)
{
    const FieldValue* value = definition.find("ha-params");
    const auto* list = value == nullptr ? nullptr : value->as<amqp::FieldArray>();
    std::vector<NodeName> nodes;
    if (list == nullptr) return nodes;
    for (const FieldValue& one : *list) {
        const auto* text = one.as<std::string>();
        if (text == nullptr) continue;
        if (auto name = NodeName::parse(*text)) nodes.push_back(std::move(*name));
    }
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    return nodes;
}

void readMode(MirrorPolicy& policy, const FieldTable& definition)
{
    const std::string_view mode = wordOf(definition, "ha-mode");
    if (mode == "all") {
        policy.mode = MirrorMode::All;
    } else if (mode == "exactly") {
        policy.count = positiveOf(definition, "ha-params");
        if (policy.count > 0) policy.mode = MirrorMode::Exactly;
    } else if (mode == "nodes") {
        policy.nodes = nodesOf(definition);
        policy.mode = MirrorMode::Nodes;
    }
}

std::optional<PromoteWhen> promoteWhen(std::string_view word)
{
    if (word == "always") return PromoteWhen::Always;
    if (word == "when-synced") return PromoteWhen::WhenSynced;
    return std::nullopt;
}

}  // namespace

std::optional<MasterLocator> masterLocatorNamed(std::string_view name)
{
    if (name == "client-local") return MasterLocator::ClientLocal;
    if (name == "min-masters") return MasterLocator::MinMasters;
    if (name == "random") return MasterLocator::Random;
    return std::nullopt;
}

MirrorPolicy mirrorPolicyOf(const FieldTable& definition, std::uint32_t syncBatchSize)
{
    MirrorPolicy policy;
    policy.syncBatchSize = syncBatchSize;
    readMode(policy, definition);
    if (wordOf(definition, "ha-sync-mode") == "automatic") policy.sync = SyncMode::Automatic;
    if (const std::uint32_t size = positiveOf(definition, "ha-sync-batch-size"); size > 0) {
        policy.syncBatchSize = size;
    }
    policy.onShutdown =
        promoteWhen(wordOf(definition, "ha-promote-on-shutdown")).value_or(PromoteWhen::WhenSynced);
    policy.onFailure = promoteWhen(wordOf(definition, "ha-promote-on-failure"));
    return policy;
}

}  // namespace warren::cluster
