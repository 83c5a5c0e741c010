#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>

namespace warren::spec {

/// A headless node of ours, started for the test with nothing to keep, on any free port. Stops it
/// when destroyed.
class NodeProcess {
public:
    /// Waits until it accepts connections. @returns nullptr if it does not
    static std::unique_ptr<NodeProcess> start(const std::string& program);
    ~NodeProcess();
    NodeProcess(const NodeProcess&) = delete;
    NodeProcess& operator=(const NodeProcess&) = delete;

    std::uint16_t amqpPort() const { return m_amqpPort; }

private:
    NodeProcess(pid_t pid, int output) : m_pid(pid), m_output(output) {}

    pid_t m_pid;
    int m_output;  // kept open: the node may write to it
    std::uint16_t m_amqpPort = 0;
};

}  // namespace warren::spec
