#pragma once

#include "core/management/snapshot.h"

#include <QString>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace warren::node {

/// One `key=value` behind the sentence of a log line.
///
/// Never make one of a password, not even of a wrong one: as a last line of defence, values of the
/// keys in kSecretKeys are replaced.
struct LogField {
    LogField(std::string_view fieldKey, std::string_view fieldValue);
    LogField(std::string_view fieldKey, const char* fieldValue);
    LogField(std::string_view fieldKey, const QString& fieldValue);
    LogField(std::string_view fieldKey, bool fieldValue);
    template <std::integral Integer>
    LogField(std::string_view fieldKey, Integer fieldValue)
        : key(fieldKey), value(std::to_string(fieldValue))
    {
    }

    std::string key;
    std::string value;
};

/// Writes one line per event: time, level, sentence, key=value…
///
/// Lines go to a descriptor (standard error) and the last kKeptLinesMax stay in memory for the
/// window. Text from outside can't forge lines: control characters are escaped.
///
/// Thread: any; guarded by a mutex, which is fine because nothing logs per message.
class Logger {
public:
    using Level = management::LogLevel;

    static constexpr std::size_t kKeptLinesMax = 1000;
    /// Longer lines are cut: a client can choose names and properties of any length.
    static constexpr std::size_t kLineBytesMax = 4096;

    /// @param threshold  less important lines are dropped
    /// @param descriptor  borrowed; -1: keep lines in memory only
    explicit Logger(Level threshold, int descriptor = 2);
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    /// @param sentence  without a full stop at its end
    void debug(std::string_view sentence, std::initializer_list<LogField> fields = {});
    void info(std::string_view sentence, std::initializer_list<LogField> fields = {});
    void warning(std::string_view sentence, std::initializer_list<LogField> fields = {});
    void error(std::string_view sentence, std::initializer_list<LogField> fields = {});

    /// The kept lines with a sequence above `sequence`, oldest first.
    std::vector<management::LogRow> linesAfter(std::uint64_t sequence) const;
    /// The sequence of the last line; 0: none yet.
    std::uint64_t lastSequence() const;

    /// Called for every new line, in the thread that logs, while the logger is locked: pass it on,
    /// don't log in it. An empty function ends it.
    void setListener(std::function<void(const management::LogRow& line)> listener);

private:
    void write(Level level, std::string_view sentence, std::initializer_list<LogField> fields);

    const Level m_threshold;
    const int m_descriptor;
    mutable std::mutex m_mutex;
    std::uint64_t m_lastSequence = 0;
    std::deque<management::LogRow> m_lines;
    std::function<void(const management::LogRow&)> m_listener;
};

/// "debug", "info", "warning", "error".
std::string_view textOf(management::LogLevel level);

}  // namespace warren::node
