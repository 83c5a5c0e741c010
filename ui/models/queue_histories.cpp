#include "ui/models/queue_histories.h"

#include <algorithm>

namespace warren::ui {

void QueueHistory::add(const management::QueueRow& queue, double atSeconds)
{
    if (atSeconds <= m_nowSeconds) return;
    m_nowSeconds = atSeconds;
    const auto put = [&](QueueSeries which, double value) {
        m_series[static_cast<std::size_t>(which)].add(atSeconds, value);
    };
    const auto ready = static_cast<double>(queue.readyCount);
    const auto unacked = static_cast<double>(queue.unackedCount);
    put(QueueSeries::Ready, ready);
    put(QueueSeries::Unacked, unacked);
    put(QueueSeries::Total, ready + unacked);
    put(QueueSeries::Incoming, queue.rates.publish);
    put(QueueSeries::Deliver, queue.rates.deliver);
    put(QueueSeries::Ack, queue.rates.ack);
}

QueueHistory& QueueHistories::of(const management::ResourceKey& key)
{
    const auto found = std::ranges::find(m_histories, key, &QueueHistory::key);
    if (found != m_histories.end()) {
        m_histories.splice(m_histories.begin(), m_histories, found);
        return m_histories.front();
    }
    if (m_histories.size() == kQueuesMax) m_histories.pop_back();
    return m_histories.emplace_front(key);
}

}  // namespace warren::ui
