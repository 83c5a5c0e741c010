#include "core/node/signal_watcher.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace warren::node {

namespace {

// A signal handler can reach nothing but globals, and these types only.
volatile std::sig_atomic_t writeEndForHandler = -1;
volatile std::sig_atomic_t wasAskedToStop = 0;

void onSignal(int number)
{
    if (wasAskedToStop != 0) ::_exit(128 + number);
    wasAskedToStop = 1;
    const int error = errno;
    const auto byte = static_cast<unsigned char>(number);
    const ssize_t written = ::write(writeEndForHandler, &byte, 1);
    static_cast<void>(written);  // the pipe is empty before the first signal, so it has room
    errno = error;
}

void handle(int number, void (*handler)(int))
{
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    (void)::sigaction(number, &action, nullptr);  // fails for unknown numbers only
}

}  // namespace

SignalWatcher::SignalWatcher(QObject* parent) : QObject(parent)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        qFatal("cannot create a pipe for signals (errno %d)", errno);
    }
    m_readEnd = ends[0];
    m_writeEnd = ends[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_readEnd, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] { readPipe(); });

    wasAskedToStop = 0;
    writeEndForHandler = m_writeEnd;
    handle(SIGINT, onSignal);
    handle(SIGTERM, onSignal);
    handle(SIGPIPE, SIG_IGN);
}

SignalWatcher::~SignalWatcher()
{
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
    m_notifier.reset();
    (void)::close(m_readEnd);
    (void)::close(m_writeEnd);
}

void SignalWatcher::readPipe()
{
    unsigned char number = 0;
    if (::read(m_readEnd, &number, 1) == 1) emit stopRequested(number);
}

}  // namespace warren::node
