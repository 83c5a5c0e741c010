#pragma once

#include "core/base/time.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warren::perf {

/// Waits for descriptors: epoll, with a wake-up from other threads.
///
/// Thread: its owner's, but for `wake`.
class Poller {
public:
    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// False if the system has no descriptors left: nothing else may be called then.
    bool isOpen() const { return m_epoll >= 0 && m_event >= 0; }

    /// Watches a descriptor. @param key  given back by `wait` @returns false if the system refuses
    bool add(int descriptor, std::size_t key, bool wantsRead, bool wantsWrite);
    bool change(int descriptor, std::size_t key, bool wantsRead, bool wantsWrite);

    /// A descriptor that something happened to; an error counts as both.
    struct Ready {
        std::size_t key;
        bool canRead;
        bool canWrite;
    };
    /// Waits until something happens, somebody wakes us, or `deadline` comes.
    const std::vector<Ready>& wait(Instant deadline);

    /// Ends the wait of the owner's thread, the present or the next one.
    void wake();

private:
    bool control(int operation, int descriptor, std::size_t key, bool wantsRead, bool wantsWrite);

    int m_epoll;
    int m_event;
    std::vector<Ready> m_ready;
};

}  // namespace warren::perf
