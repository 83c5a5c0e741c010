#pragma once

#include "core/management/rate_series.h"
#include "core/management/snapshot.h"

#include <array>
#include <cstddef>
#include <list>

namespace warren::ui {

/// What the page of a queue plots over time.
enum class QueueSeries { Ready, Unacked, Total, Incoming, Deliver, Ack };

/// The last hour of one queue.
class QueueHistory {
public:
    explicit QueueHistory(management::ResourceKey key) : m_key(std::move(key)) {}

    void add(const management::QueueRow& queue, double atSeconds);

    const management::ResourceKey& key() const { return m_key; }
    const management::RateSeries& series(QueueSeries which) const
    {
        return m_series[static_cast<std::size_t>(which)];
    }
    /// Time of the last sample in seconds since 1970, 0 before the first.
    double nowSeconds() const { return m_nowSeconds; }

private:
    static constexpr std::size_t kSeriesCount = 6;

    management::ResourceKey m_key;
    std::array<management::RateSeries, kSeriesCount> m_series;
    double m_nowSeconds = 0;
};

/// The histories of the queues that were looked at last, so that going back to one shows its past.
///
/// Thread: GUI. A queue is sampled only while it is looked at; plots join what lies between.
class QueueHistories {
public:
    static constexpr std::size_t kQueuesMax = 16;

    /// The history of `key`, new when there is none; the one not asked for the longest gives way.
    /// The reference holds until the next call.
    QueueHistory& of(const management::ResourceKey& key);

private:
    std::list<QueueHistory> m_histories;  // the last asked for first
};

}  // namespace warren::ui
