#include "tests/support/program_run.h"

#include "core/base/check.h"

#include <algorithm>
#include <csignal>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace warren::test {

namespace {

std::string contentOf(int file)
{
    struct stat about {};
    ::fstat(file, &about);
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    const ssize_t count = ::pread(file, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return text;
}

}  // namespace

ProgramRun::ProgramRun(const std::string& program, const std::vector<std::string>& arguments)
    : m_output(::memfd_create("standard output", MFD_CLOEXEC)),
      m_errors(::memfd_create("standard error", MFD_CLOEXEC))
{
    WARREN_CHECK(m_output >= 0 && m_errors >= 0);
    std::vector<std::string> command{program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : command)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, m_output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, m_errors, STDERR_FILENO);
    const int failure = ::posix_spawnp(&m_pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    WARREN_CHECK(failure == 0);
}

ProgramRun::~ProgramRun()
{
    signal(SIGKILL);
    awaitEnd();
    ::close(m_output);
    ::close(m_errors);
}

void ProgramRun::signal(int number) const
{
    if (!m_hasEnded) ::kill(m_pid, number);
}

int ProgramRun::awaitEnd(std::chrono::milliseconds patience)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!m_hasEnded) {
        if (::waitpid(m_pid, &m_status, WNOHANG) == m_pid) {
            m_hasEnded = true;
        } else if (std::chrono::steady_clock::now() > deadline) {
            return -1;
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }
    return WIFEXITED(m_status) ? WEXITSTATUS(m_status) : 128 + WTERMSIG(m_status);
}

std::string ProgramRun::output() const { return contentOf(m_output); }

std::string ProgramRun::errors() const { return contentOf(m_errors); }

}  // namespace warren::test
