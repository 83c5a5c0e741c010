#pragma once

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTimer>

#include <chrono>

namespace warren::test {

/// Runs the event loop of this thread until `isDone()` holds, which it checks after every turn.
/// @returns false if that took longer than `patience`: then the test has failed
template <typename Predicate>
[[nodiscard]] bool runUntil(Predicate isDone,
                            std::chrono::milliseconds patience = std::chrono::seconds{20})
{
    QTimer tick;  // wakes the loop up, for conditions that change without an event of ours
    tick.start(std::chrono::milliseconds{5});
    const QDeadlineTimer deadline(patience);
    while (!isDone()) {
        if (deadline.hasExpired()) return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    return true;
}

}  // namespace warren::test
