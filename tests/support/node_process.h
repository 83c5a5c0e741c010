#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace warren::test {

/// A headless node in a process of its own, on any free port. Killed when destroyed.
///
/// Thread: one at a time.
class NodeProcess {
public:
    /// Starts `program`, without waiting for it.
    /// @param arguments  after "--amqp-port 0"
    /// @param launcher  a command that runs the command behind it, to prepare its process
    explicit NodeProcess(const std::string& program, const std::vector<std::string>& arguments,
                         const std::vector<std::string>& launcher = {});
    ~NodeProcess();
    NodeProcess(const NodeProcess&) = delete;
    NodeProcess& operator=(const NodeProcess&) = delete;

    /// Waits until it accepts connections. @returns false if it ended, or said something else
    bool awaitReady(std::chrono::milliseconds patience = std::chrono::seconds{60});

    /// The line that said so.
    const std::string& readyLine() const { return m_readyLine; }
    std::uint16_t amqpPort() const;
    std::string dataFolder() const;
    pid_t pid() const { return m_pid; }

    void signal(int number) const;
    /// kill -9, and waits for the end of it.
    void kill();
    /// Waits for the end. @returns the exit code; 128 and the signal if one ended it; -1: it goes
    /// on
    int awaitEnd(std::chrono::milliseconds patience = std::chrono::seconds{60});

    /// All that it wrote to standard error so far.
    std::string errorText() const;

    std::size_t residentBytes() const;
    std::size_t descriptorCount() const;

private:
    pid_t m_pid = -1;
    int m_output = -1;  // kept open: the node may write to it
    int m_errors = -1;  // a file in memory
    bool m_hasEnded = false;
    int m_status = 0;
    std::string m_readyLine;
};

}  // namespace warren::test
