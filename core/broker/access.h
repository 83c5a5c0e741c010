#pragma once

#include "core/broker/catalogue.h"
#include "core/broker/errors.h"
#include "core/broker/pattern.h"
#include "core/broker/text_key.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::broker {

enum class Right : std::uint8_t { Configure, Write, Read };
enum class ResourceKind : std::uint8_t { Queue, Exchange };

/// Whether users may do what they ask for: by patterns for the names of what they touch.
///
/// Judged before anything is looked up, so that a refusal says nothing about what exists. A user
/// without a name is the node itself, which may do everything; nobody can log in as that.
/// Thread: the broker's. Cost: one match per question; compiled patterns are kept.
/// Spec: RabbitMQ, "Access Control"; words observed on 3.10.8.
class Access {
public:
    explicit Access(const Catalogue& catalogue) : m_catalogue(catalogue) {}

    /// @error AccessRefused
    Verdict judge(std::string_view user, std::string_view vhost, Right right, ResourceKind kind,
                  std::string_view name) const;
    /// The routing key of a topic exchange, which a topic permission may restrict besides.
    /// @error AccessRefused
    Verdict judgeTopic(std::string_view user, std::string_view vhost, Right right,
                       std::string_view exchange, std::string_view routingKey) const;
    /// Whether the user may open the vhost at all. @error NotAllowed
    Verdict judgeVhost(std::string_view user, std::string_view vhost) const;

    /// The pattern that decides `judge`; nullptr: the user has no permission in the vhost.
    const std::string* patternFor(std::string_view user, std::string_view vhost, Right right) const;
    /// The pattern that decides `judgeTopic`, with its variables filled in; nothing: none does.
    std::optional<std::string> topicPatternFor(std::string_view user, std::string_view vhost,
                                               Right right, std::string_view exchange) const;
    bool matches(const std::string& pattern, std::string_view name) const;

private:
    const Catalogue& m_catalogue;
    mutable TextMap<std::optional<Pattern>> m_compiled;  // nothing: it does not compile
};

}  // namespace warren::broker
