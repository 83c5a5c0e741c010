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

void History::breakRule(const std::string& rule)
{
    if (!m_violation) m_violation = rule;
}

unsigned History::sentCount(Id id) const
{
    const auto at = m_sent.find(id);
    return at == m_sent.end() ? 0 : at->second;
}

void History::sent(Id id, bool mayExpire)
{
    m_sent[id] += 1;
    std::uint32_t& last = m_lastSent[id.publisher];
    last = std::max(last, id.number);
    if (mayExpire) m_mayExpire.insert(id);
}

void History::delivered(Id id, bool isRedelivered, std::uint32_t consumer)
{
    const bool isFirst = m_delivered.insert(id).second;
    m_redeliveredCount += isRedelivered;
    const unsigned sent = sentCount(id);
    if (sent == 0) breakRule("message " + id.text() + " came and was never sent");
    if (isRedelivered) return;
    if (++m_unmarked[id] > sent) {
        breakRule("message " + id.text() + " came " + std::to_string(m_unmarked[id]) +
                  " times without the redelivered flag and was sent " + std::to_string(sent) +
                  " times");
    }
    // Who sends again after a refusal mixes the order up by himself.
    if (!isFirst || sent > 1) return;
    LastFirst& last = m_lastFirst[{consumer, id.publisher}];
    if (id.number > last.number) {
        last = {id.number, false};
    } else if (!last.wasOverEarlierConnection ||
               !wasLostBetween(id.publisher, id.number, last.number)) {
        breakRule("message " + id.text() + " came after number " + std::to_string(last.number));
    }
}

void History::connectionLost(std::uint32_t client)
{
    if (const auto sent = m_lastSent.find(client); sent != m_lastSent.end()) {
        m_lastsSent[client].insert(sent->second);
    }
    for (auto& [pair, last] : m_lastFirst) {
        if (pair.first == client) last.wasOverEarlierConnection = true;
    }
}

bool History::wasLostBetween(std::uint32_t publisher, std::uint32_t first, std::uint32_t last) const
{
    const auto lasts = m_lastsSent.find(publisher);
    if (lasts == m_lastsSent.end()) return false;
    const auto at = lasts->second.lower_bound(first);
    return at != lasts->second.end() && *at < last;
}

void History::died(Id id, Death death, bool isRedelivered)
{
    m_dead.insert(id);
    if (sentCount(id) == 0) breakRule("dead letter " + id.text() + " was never sent");
    if (death == Death::Rejected && !m_rejected.contains(id)) {
        breakRule("message " + id.text() + " died as rejected, and nobody rejected it");
    }
    if (death == Death::Expired && !m_mayExpire.contains(id)) {
        breakRule("message " + id.text() + " died as expired, and had no lifetime");
    }
    if (!isRedelivered) m_unmarkedDead[id] += 1;
}

void History::removalEnded()
{
    m_openRemovals -= 1;
    for (const auto& [id, count] : m_sent)
        m_removed.insert(m_removed.end(), id);
}

bool History::isMissing(Id id) const
{
    if (m_openRemovals > 0 || m_removed.contains(id)) return false;
    if (m_fate == Fate::Delivered) return !m_delivered.contains(id);
    return !m_acknowledged.contains(id) && !m_dead.contains(id);
}

std::size_t History::missingCount() const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(m_confirmed, [this](const Id& id) { return isMissing(id); }));
}

std::optional<std::string> History::violation(bool isOver) const
{
    if (m_violation || !isOver) return m_violation;
    for (const Id& id : m_confirmed) {
        if (!isMissing(id)) continue;
        std::string text = "message " + id.text() + " was confirmed and is lost";
        if (m_rejected.contains(id)) text += ", after it was rejected";
        return text;
    }
    return std::nullopt;
}

std::optional<std::string> History::disturbance() const
{
    if (m_refusedCount > 0) return "a publish was refused, and nothing had gone wrong";
    if (m_redeliveredCount > 0) return "a message came again, and nothing had gone wrong";
    for (const auto& [id, count] : m_unmarkedDead) {
        if (count > sentCount(id)) {
            return "dead letter " + id.text() + " came " + std::to_string(count) +
                   " times, and nothing had gone wrong";
        }
    }
    return std::nullopt;
}

}  // namespace warren::sim
