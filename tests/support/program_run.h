#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace warren::test {

/// A program in a process of its own, whose output is kept. Killed when destroyed.
/// Thread: one at a time.
class ProgramRun {
public:
    ProgramRun(const std::string& program, const std::vector<std::string>& arguments);
    ~ProgramRun();
    ProgramRun(const ProgramRun&) = delete;
    ProgramRun& operator=(const ProgramRun&) = delete;

    void signal(int number) const;
    /// @returns the exit code; 128 and the signal if one ended it; -1: it goes on
    int awaitEnd(std::chrono::milliseconds patience = std::chrono::seconds{60});

    /// All that it wrote so far.
    std::string output() const;
    std::string errors() const;

private:
    pid_t m_pid = -1;
    int m_output = -1;  // files in memory
    int m_errors = -1;
    bool m_hasEnded = false;
    int m_status = 0;
};

}  // namespace warren::test
