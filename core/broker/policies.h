#pragma once

#include "core/broker/errors.h"
#include "core/broker/pattern.h"
#include "core/broker/state.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::broker {

/// A queue or an exchange that a policy would match.
struct PolicyMatch {
    bool isExchange = false;
    std::string name{};
    std::string replaces{};          ///< the policy of the same kind that it takes the place of
    bool isShadowed = false;         ///< a stronger one holds: nothing changes
    std::uint64_t droppedCount = 0;  ///< ready messages that its limits would drop at once
    std::uint64_t droppedBytes = 0;  ///< their bodies
    bool operator==(const PolicyMatch&) const = default;
};

/// The policies and operator policies of all vhosts: what may be put, and what holds for whom.
///
/// Of each kind one holds for a queue or an exchange: of those that match, the one with the highest
/// priority. Deviation: RabbitMQ takes any one of equal priorities; here the first by name.
/// A change holds at once: queues get their new settings, and those for which something changed are
/// noted in State::changedSettings. A TTL concerns messages that come from then on, as in RabbitMQ.
/// Thread: the broker's. Cost: a put or remove matches every name of its vhost.
class Policies {
public:
    static constexpr std::size_t kNameBytesMax = 255;

    explicit Policies(State& state) : m_state(state) {}

    /// Creates a policy, or replaces the one of that name. @returns the log position to wait for
    /// @error NotFound  no such vhost; CommandInvalid  what RabbitMQ refuses, in its words, and a
    /// pattern that takes too long for a name that is there
    Result<LogPosition, Refusal> put(PolicyDefinition policy);
    /// @error NotFound  no such vhost or policy
    Result<LogPosition, Refusal> remove(std::string_view vhost, std::string_view name,
                                        bool isOperator);

    /// What `put` would do, without doing it: queues first, by name. @error as put
    Result<std::vector<PolicyMatch>, Refusal> preview(const PolicyDefinition& policy);

    // Whoever is new, or comes back after a restart, gets the policies that hold for it.
    void apply(Queue& queue);
    void apply(Exchange& exchange);
    void applyAll();

private:
    using List = std::map<std::string, PolicyDefinition, std::less<>>;

    /// Checks everything about a policy but its vhost. @error CommandInvalid
    Verdict judge(const Vhost& vhost, const PolicyDefinition& policy);
    void applyTo(Vhost& vhost);
    /// The one that holds, or nullptr. `except` names one that is left out.
    template <typename Object>
    const PolicyDefinition* strongest(const List& policies, const Object& object,
                                      std::string_view except = {});
    template <typename Object>
    bool matches(const PolicyDefinition& policy, const Object& object);
    /// nullptr: a text that does not compile, which only an old store can hold.
    const Pattern* patternOf(const std::string& text);
    /// Patterns that no policy has any more.
    void forgetPatterns();
    PolicyMatch previewOf(const Vhost& vhost, const PolicyDefinition& policy, const Queue& queue);

    State& m_state;
    std::map<std::string, std::optional<Pattern>, std::less<>> m_patterns;  // by text
};

}  // namespace warren::broker
