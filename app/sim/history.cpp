#include "app/sim/history.h"

#include <algorithm>
#include <charconv>

namespace warren::sim {

std::string History::Id::text() const
{
    return std::to_string(publisher) + ":" + std::to_string(number);
}

std::optional<History::Id> History::Id::parse(const std::string& text)
{
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return std::nullopt;
    Id id;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), text.data() + colon, id.publisher);
    const auto second = std::from_chars(text.data() + colon + 1, end, id.number);
    if (first.ec != std::errc{} || second.ec != std::errc{} || second.ptr != end) {
        return std::nullopt;
    }
    return id;
}

void History::delivered(Id id, bool isRedelivered)
{
    const bool isFirst = m_delivered.insert(id).second;
    m_redeliveredCount += isRedelivered;
    if (isRedelivered) return;
    const unsigned sent = m_sent.contains(id) ? m_sent.at(id) : 0;
    if (++m_unmarked[id] > sent && !m_violation) {
        m_violation = "message " + id.text() + " came " + std::to_string(m_unmarked[id]) +
                      " times without the redelivered flag and was sent " + std::to_string(sent) +
                      " times";
    }
    // Who sends again after a refusal mixes the order up by himself.
    if (!isFirst || sent > 1) return;
    std::uint32_t& last = m_lastFirst[id.publisher];
    if (id.number < last && !m_violation) {
        m_violation = "message " + id.text() + " came after number " + std::to_string(last);
    }
    last = std::max(last, id.number);
}

std::size_t History::missingCount() const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        m_confirmed, [this](const Id& id) { return !m_delivered.contains(id); }));
}

std::optional<std::string> History::violation(bool isOver) const
{
    if (m_violation || !isOver) return m_violation;
    for (const Id& id : m_confirmed) {
        if (!m_delivered.contains(id)) return "message " + id.text() + " was confirmed and is lost";
    }
    return std::nullopt;
}

}  // namespace warren::sim
