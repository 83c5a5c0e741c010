#include "core/broker/confirm_tracker.h"

#include <algorithm>

namespace warren::broker {

DeliveryTag ConfirmTracker::publish(LogPosition waitsFor)
{
    const DeliveryTag tag = m_firstTag + m_pending.size();
    m_pending.pushBack({.waitsFor = waitsFor, .isTaken = false});
    m_unconfirmedCount += 1;
    if (waitsFor == 0) m_dueBeyond.push_back(tag);
    return tag;
}

DeliveryTag ConfirmTracker::refuse()
{
    const DeliveryTag tag = m_firstTag + m_pending.size();
    m_pending.pushBack({.waitsFor = 0, .isTaken = true});
    m_unconfirmedCount += 1;
    m_refused.push_back(tag);
    return tag;
}

void ConfirmTracker::refuseAt(std::size_t place)
{
    m_pending[place].isTaken = true;
    const DeliveryTag tag = m_firstTag + place;
    m_refused.insert(std::ranges::upper_bound(m_refused, tag), tag);
}

void ConfirmTracker::refuseWaiting(LogPosition position)
{
    for (std::size_t place = 0; place < m_pending.size(); ++place) {
        if (m_pending[place].waitsFor < position) continue;
        if (!m_pending[place].isTaken) refuseAt(place);
        return;
    }
}

void ConfirmTracker::refuseAll()
{
    m_dueBeyond.clear();
    for (std::size_t place = 0; place < m_pending.size(); ++place) {
        if (!m_pending[place].isTaken) refuseAt(place);
    }
}

void ConfirmTracker::take(LogPosition committed, std::vector<Confirm>& out)
{
    std::uint64_t freshCount = 0;  // of the run at the front, those that were not taken before
    DeliveryTag lastFresh = 0;
    // A refused tag ends what one `multiple` may cover: what follows it goes singly.
    const DeliveryTag firstRefused = m_refused.empty() ? 0 : m_refused.front();
    while (!m_pending.isEmpty() && m_pending.front().waitsFor <= committed) {
        if (!m_pending.front().isTaken && (firstRefused == 0 || m_firstTag < firstRefused)) {
            freshCount += 1;
            lastFresh = m_firstTag;
        } else if (!m_pending.front().isTaken) {
            m_single.push_back(m_firstTag);
        }
        m_pending.dropFront();
        m_firstTag += 1;
    }
    if (freshCount > 0) {
        out.push_back({.tag = lastFresh, .isMultiple = freshCount > 1, .isRefused = false});
    }
    m_unconfirmedCount -= freshCount;

    for (const DeliveryTag tag : m_single)
        out.push_back({.tag = tag, .isMultiple = false, .isRefused = false});
    m_unconfirmedCount -= m_single.size();
    m_single.clear();
    for (const DeliveryTag tag : m_dueBeyond) {
        if (tag < m_firstTag) continue;
        m_pending[tag - m_firstTag].isTaken = true;
        m_unconfirmedCount -= 1;
        out.push_back({.tag = tag, .isMultiple = false, .isRefused = false});
    }
    m_dueBeyond.clear();
    for (const DeliveryTag tag : m_refused)
        out.push_back({.tag = tag, .isMultiple = false, .isRefused = true});
    m_unconfirmedCount -= m_refused.size();
    m_refused.clear();
}

}  // namespace warren::broker
