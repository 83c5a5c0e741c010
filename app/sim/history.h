#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace warren::sim {

/// What clients saw of one run, and the rules for it: everything confirmed is delivered; nothing
/// comes again without the redelivered flag unless its publisher sent it again; first deliveries
/// keep the order of their publisher.
class History {
public:
    /// A message of a publisher, which numbers them from 1.
    struct Id {
        std::uint32_t publisher = 0;
        std::uint32_t number = 0;
        auto operator<=>(const Id&) const = default;
        std::string text() const;
        static std::optional<Id> parse(const std::string& text);
    };

    void sent(Id id) { m_sent[id] += 1; }
    void confirmed(Id id) { m_confirmed.insert(id); }
    void refused() { m_refusedCount += 1; }
    void delivered(Id id, bool isRedelivered);

    std::size_t confirmedCount() const { return m_confirmed.size(); }
    std::size_t deliveredCount() const { return m_delivered.size(); }
    std::size_t refusedCount() const { return m_refusedCount; }
    std::size_t redeliveredCount() const { return m_redeliveredCount; }
    /// Confirmed ones that were not delivered.
    std::size_t missingCount() const;
    /// The first rule that is broken; nothing if all hold. @param isOver  nothing more will come
    std::optional<std::string> violation(bool isOver) const;

private:
    std::map<Id, unsigned> m_sent;
    std::map<Id, unsigned> m_unmarked;  // deliveries without the flag
    std::set<Id> m_confirmed;
    std::set<Id> m_delivered;
    std::map<std::uint32_t, std::uint32_t> m_lastFirst;  // by publisher: last first delivery
    std::optional<std::string> m_violation;
    std::size_t m_refusedCount = 0;
    std::size_t m_redeliveredCount = 0;
};

}  // namespace warren::sim
