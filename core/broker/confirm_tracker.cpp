#include "core/broker/confirm_tracker.h"

namespace warren::broker {

DeliveryTag ConfirmTracker::publish(LogPosition waitsFor)
{
    const DeliveryTag tag = m_firstTag + m_pending.size();
    m_pending.pushBack({.waitsFor = waitsFor, .isTaken = false});
    m_unconfirmedCount += 1;
    if (waitsFor == 0) m_dueBeyond.push_back(tag);
    return tag;
}

void ConfirmTracker::take(LogPosition committed, std::vector<Confirm>& out)
{
    std::uint64_t fresh = 0;  // tags of the run at the front that were not taken before
    while (!m_pending.isEmpty() && m_pending.front().waitsFor <= committed) {
        if (!m_pending.front().isTaken) fresh += 1;
        m_pending.dropFront();
        m_firstTag += 1;
    }
    if (fresh > 0) {
        out.push_back({.tag = m_firstTag - 1, .isMultiple = fresh > 1, .isRefused = false});
    }
    m_unconfirmedCount -= fresh;

    for (const DeliveryTag tag : m_dueBeyond) {
        if (tag < m_firstTag) continue;
        m_pending[tag - m_firstTag].isTaken = true;
        m_unconfirmedCount -= 1;
        out.push_back({.tag = tag, .isMultiple = false, .isRefused = false});
    }
    m_dueBeyond.clear();
}

}  // namespace warren::broker
