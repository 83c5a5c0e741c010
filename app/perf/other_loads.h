#pragma once

#include "app/perf/failure.h"
#include "app/perf/figures.h"
#include "app/perf/options.h"

#include <csignal>
#include <functional>
#include <optional>
#include <string>

// Loads without messages. Each blocks the main thread until it is done.

namespace warren::perf {

struct OtherResult {
    std::optional<Failure> failure{};
    Figures figures{};  // as far as it came
};

/// Takes lines that people follow a run by.
using LineSink = std::function<void(const std::string&)>;

/// Opens and closes connections or channels, --parallel at a time.
OtherResult runChurn(const Options& options, const volatile std::sig_atomic_t& interrupts,
                     const LineSink& print);
/// Opens connections, --parallel at a time, holds them, and looks at the broker's idle CPU time in
/// the second half.
OtherResult runIdle(const Options& options, const volatile std::sig_atomic_t& interrupts,
                    const LineSink& print);
/// Declares many queues, holds them, and deletes them.
OtherResult runDeclare(const Options& options, const volatile std::sig_atomic_t& interrupts,
                       const LineSink& print);
/// Tries until the broker lets us in and, if a queue is named, delivers from it.
OtherResult runProbe(const Options& options, const volatile std::sig_atomic_t& interrupts,
                     const LineSink& print);

}  // namespace warren::perf
