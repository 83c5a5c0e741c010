#include "tests/spec/in_process_administration.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace warren::spec {

namespace {

constexpr std::array<std::string_view, 5> kActs = {"policy", "operator-policy", "clear-policy",
                                                   "clear-operator-policy", "vhost"};

std::optional<broker::PolicyTarget> targetOf(std::string_view word)
{
    constexpr std::pair<std::string_view, broker::PolicyTarget> kTargets[] = {
        {"all", broker::PolicyTarget::All},
        {"queues", broker::PolicyTarget::Queues},
        {"exchanges", broker::PolicyTarget::Exchanges},
        {"classic_queues", broker::PolicyTarget::ClassicQueues},
        {"quorum_queues", broker::PolicyTarget::QuorumQueues},
    };
    const auto* found = std::find_if(std::begin(kTargets), std::end(kTargets),
                                     [&](const auto& target) { return target.first == word; });
    if (found == std::end(kTargets)) return std::nullopt;
    return found->second;
}

Status<Mismatch> outcomeOf(const Result<broker::LogPosition, broker::Refusal>& result)
{
    if (result) return {};
    return Mismatch{.text = result.error().text};
}

}  // namespace

bool InProcessAdministration::knows(std::string_view act) const
{
    return std::find(kActs.begin(), kActs.end(), act) != kActs.end();
}

Status<Mismatch> InProcessAdministration::perform(const AdminAct& act)
{
    Status<Mismatch> status = Mismatch{.text = "there is no admin act '" + act.name + "'"};
    if (act.name == "policy") {
        status = put(act, false);
    } else if (act.name == "operator-policy") {
        status = put(act, true);
    } else if (act.name == "clear-policy") {
        status = remove(act, false);
    } else if (act.name == "clear-operator-policy") {
        status = remove(act, true);
    } else if (act.name == "vhost") {
        m_broker.ensureVhost(act.word("name"));
        status = {};
    }
    m_settle();
    return status;
}

Status<Mismatch> InProcessAdministration::put(const AdminAct& act, bool isOperator)
{
    const auto target = targetOf(act.word("apply-to", "all"));
    if (!target) return Mismatch{.text = "no such target: " + act.word("apply-to")};
    return outcomeOf(m_broker.policies().put({.vhost = act.vhost(),
                                              .name = act.word("name"),
                                              .isOperator = isOperator,
                                              .pattern = act.word("pattern"),
                                              .applyTo = *target,
                                              .priority = std::stol(act.word("priority", "0")),
                                              .definition = act.definition}));
}

Status<Mismatch> InProcessAdministration::remove(const AdminAct& act, bool isOperator)
{
    return outcomeOf(m_broker.policies().remove(act.vhost(), act.word("name"), isOperator));
}

}  // namespace warren::spec
