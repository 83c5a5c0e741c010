#include "tests/support/node_process.h"

#include "core/base/check.h"

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace warren::test {

namespace {

using Clock = std::chrono::steady_clock;

QJsonObject objectIn(const std::string& line)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(line)).object();
}

std::filesystem::path processFolder(pid_t pid)
{
    return std::filesystem::path("/proc") / std::to_string(pid);
}

}  // namespace

NodeProcess::NodeProcess(const std::string& program, const std::vector<std::string>& arguments,
                         const std::vector<std::string>& launcher)
{
    std::vector<std::string> command = launcher;
    command.insert(command.end(), {program, "--amqp-port", "0"});
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : command) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);

    std::array<int, 2> ends{};
    WARREN_CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
    m_output = ends[0];
    m_errors = ::memfd_create("standard error of a node", MFD_CLOEXEC);
    WARREN_CHECK(m_errors >= 0);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, m_errors, STDERR_FILENO);
    const int failure = ::posix_spawnp(&m_pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    WARREN_CHECK(failure == 0);
}

NodeProcess::~NodeProcess()
{
    kill();
    ::close(m_output);
    ::close(m_errors);
}

bool NodeProcess::awaitReady(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (!m_readyLine.ends_with('\n')) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd waiting{.fd = m_output, .events = POLLIN, .revents = 0};
        char c = 0;
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
            return false;
        }
        if (::read(m_output, &c, 1) != 1) return false;
        m_readyLine += c;
    }
    return amqpPort() != 0;
}

std::uint16_t NodeProcess::amqpPort() const
{
    return static_cast<std::uint16_t>(
        objectIn(m_readyLine).value(QStringLiteral("amqp_port")).toInt());
}

std::string NodeProcess::dataFolder() const
{
    return objectIn(m_readyLine).value(QStringLiteral("data_dir")).toString().toStdString();
}

void NodeProcess::signal(int number) const
{
    if (!m_hasEnded) ::kill(m_pid, number);
}

void NodeProcess::kill()
{
    signal(SIGKILL);
    awaitEnd();
}

int NodeProcess::awaitEnd(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (!m_hasEnded) {
        if (::waitpid(m_pid, &m_status, WNOHANG) == m_pid) {
            m_hasEnded = true;
        } else if (Clock::now() > deadline) {
            return -1;
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }
    return WIFEXITED(m_status) ? WEXITSTATUS(m_status) : 128 + WTERMSIG(m_status);
}

std::string NodeProcess::errorText() const
{
    struct stat file {};
    ::fstat(m_errors, &file);
    std::string text(static_cast<std::size_t>(file.st_size), '\0');
    const ssize_t count = ::pread(m_errors, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return text;
}

std::size_t NodeProcess::residentBytes() const
{
    std::ifstream stream(processFolder(m_pid) / "statm");
    std::size_t totalPages = 0;
    std::size_t residentPages = 0;
    stream >> totalPages >> residentPages;
    return residentPages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t NodeProcess::descriptorCount() const
{
    const std::filesystem::directory_iterator descriptors(processFolder(m_pid) / "fd");
    return static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
}

}  // namespace warren::test
