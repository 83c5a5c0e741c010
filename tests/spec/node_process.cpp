#include "tests/spec/node_process.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace warren::spec {

namespace {

/// The number behind "amqp_port": in the line that a node prints when it is ready; 0 if none.
std::uint16_t portIn(std::string_view line)
{
    constexpr std::string_view kKey = "\"amqp_port\":";
    const std::size_t at = line.find(kKey);
    if (at == std::string_view::npos) return 0;
    const std::string rest(line.substr(at + kKey.size()));
    return static_cast<std::uint16_t>(std::strtoul(rest.c_str(), nullptr, 10));
}

}  // namespace

std::unique_ptr<NodeProcess> NodeProcess::start(const std::string& program)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return nullptr;

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string arguments[] = {program, "--amqp-port", "0", "--ephemeral"};
    char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                    arguments[3].data(), nullptr};
    pid_t pid = 0;
    const int failure = posix_spawn(&pid, program.c_str(), &actions, nullptr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failure != 0) {
        close(ends[0]);
        return nullptr;
    }

    std::unique_ptr<NodeProcess> node(new NodeProcess(pid, ends[0]));
    std::string output;
    char c = 0;
    while (c != '\n' && read(ends[0], &c, 1) == 1) {
        output += c;
    }
    node->m_amqpPort = portIn(output);
    if (node->m_amqpPort == 0) node.reset();
    return node;
}

NodeProcess::~NodeProcess()
{
    kill(m_pid, SIGTERM);
    waitpid(m_pid, nullptr, 0);
    close(m_output);
}

}  // namespace warren::spec
