#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace warren {

/// A bounded queue of batches from one thread to another, with one wake-up for all that arrives
/// between two collections.
///
/// The receiver either blocks in `wait`, or runs an event loop and has `wake` post it an event.
/// Thread: `put` and `close` any; `take` and `wait` the receiver's.
template <typename Batch>
class Mailbox {
public:
    /// @param wake  called by the thread that puts the first batch into the empty mailbox; it must
    /// not block. May be empty.
    explicit Mailbox(std::size_t batchCountMax, std::function<void()> wake = {})
        : m_batchCountMax(batchCountMax), m_wake(std::move(wake))
    {
    }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    /// @returns false if the mailbox is full or closed; then the batch is left as it was
    [[nodiscard]] bool put(Batch&& batch)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_isClosed || m_batches.size() >= m_batchCountMax) return false;
            m_batches.push_back(std::move(batch));
            if (m_batches.size() > 1) return true;
        }
        m_arrived.notify_one();
        if (m_wake) m_wake();
        return true;
    }

    /// Everything that is there, in order.
    std::vector<Batch> take()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_batches, {});
    }

    /// Blocks until there is something, and takes it into `out`.
    /// @returns false once the mailbox is closed and empty
    [[nodiscard]] bool wait(std::vector<Batch>& out)
    {
        std::unique_lock lock(m_mutex);
        m_arrived.wait(lock, [this] { return !m_batches.empty() || m_isClosed; });
        out = std::exchange(m_batches, {});
        return !out.empty();
    }

    /// The same, for `timeout` at most; then `out` is empty.
    [[nodiscard]] bool wait(std::vector<Batch>& out, std::chrono::milliseconds timeout)
    {
        std::unique_lock lock(m_mutex);
        m_arrived.wait_for(lock, timeout, [this] { return !m_batches.empty() || m_isClosed; });
        out = std::exchange(m_batches, {});
        return !out.empty() || !m_isClosed;
    }

    /// Nothing can be put any more; what is there can still be taken.
    void close()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_isClosed = true;
        }
        m_arrived.notify_all();
    }

private:
    const std::size_t m_batchCountMax;
    const std::function<void()> m_wake;
    std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::vector<Batch> m_batches;
    bool m_isClosed = false;
};

}  // namespace warren
