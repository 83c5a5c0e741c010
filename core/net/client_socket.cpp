#include "core/net/client_socket.h"

#include "core/base/check.h"

#include <QTimer>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace warren::net {

namespace {

CloseReason reasonOf(int error)
{
    switch (error) {
    case ECONNRESET:
    case EPIPE: return CloseReason::PeerReset;
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH: return CloseReason::TimedOut;
    default:  // errno is an open set
        return CloseReason::Failed;
    }
}

bool isTemporary(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

/// recv, repeated when a signal interrupts it.
ssize_t receive(int descriptor, std::byte* to, std::size_t bytesMax)
{
    ssize_t count;
    do {
        count = ::recv(descriptor, to, bytesMax, 0);
    } while (count < 0 && errno == EINTR);
    return count;
}

}  // namespace

std::string_view textOf(CloseReason reason)
{
    switch (reason) {
    case CloseReason::PeerClosed: return "closed by peer";
    case CloseReason::PeerReset: return "reset by peer";
    case CloseReason::TimedOut: return "timed out";
    case CloseReason::Finished: return "closed";
    case CloseReason::TlsFailed: return "TLS failed";
    case CloseReason::Failed: return "failed";
    }
    return {};
}

ClientSocket::ClientSocket(Poller& poller, FileDescriptor descriptor, ByteSink& sink)
    : m_poller(poller),
      m_sink(sink),
      m_descriptor(std::move(descriptor)),
      m_peer(peerEndpoint(m_descriptor.get())),
      m_local(localEndpoint(m_descriptor.get())),
      m_watchedEvents(EPOLLIN)
{
    if (!m_poller.add(m_descriptor.get(), m_watchedEvents, *this)) m_descriptor.close();
}

ClientSocket::ClientSocket(Poller& poller, FileDescriptor descriptor, ByteSink& sink,
                           std::shared_ptr<const TlsContext> tlsContext,
                           std::chrono::milliseconds handshakeTimeout)
    : ClientSocket(poller, std::move(descriptor), sink)
{
    if (tlsContext == nullptr) return;
    m_tls = std::make_unique<TlsSession>(std::move(tlsContext));
    if (!isOpen()) return;
    m_handshakeTimer = std::make_unique<QTimer>();
    m_handshakeTimer->setSingleShot(true);
    QObject::connect(m_handshakeTimer.get(), &QTimer::timeout, m_handshakeTimer.get(),
                     [this, handshakeTimeout] {
                         m_tls->fail("TLS was not established within " +
                                     std::to_string(handshakeTimeout.count()) + " ms");
                         finish(CloseReason::TlsFailed);
                     });
    m_handshakeTimer->start(handshakeTimeout);
}

ClientSocket::~ClientSocket()
{
    if (isOpen()) release();
}

Buffer& ClientSocket::output()
{
    if (m_output.capacity() == 0) m_output = m_poller.memory().take();
    return m_output;
}

void ClientSocket::flush()
{
    if (!isOpen() || m_isOutputShutDown) {
        m_output.release();
        return;
    }
    // While the system's buffer is full another send would only fail: EPOLLOUT says when.
    if ((m_watchedEvents & EPOLLOUT) == 0) write();
    noteCongestion();
    watch();
}

void ClientSocket::pauseReading(bool isPaused)
{
    m_isPaused = isPaused;
    watch();
}

void ClientSocket::closeAfterFlush(std::chrono::milliseconds lingerMax)
{
    if (!isOpen() || isClosing()) return;
    // Before TLS is established nothing can be sent.
    if (m_tls && !m_tls->isHandshakeDone()) m_output.clear();
    linger(lingerMax);
}

void ClientSocket::linger(std::chrono::milliseconds lingerMax)
{
    m_handshakeTimer.reset();
    m_lingerTimer = std::make_unique<QTimer>();
    m_lingerTimer->setSingleShot(true);
    QObject::connect(m_lingerTimer.get(), &QTimer::timeout, m_lingerTimer.get(),
                     [this] { finish(CloseReason::TimedOut); });
    m_lingerTimer->start(lingerMax);
    flush();
    shutDownOutput();
    watch();
}

void ClientSocket::abort()
{
    if (!isOpen()) return;
    // A reset frees the system's buffers at once; otherwise it would go on offering megabytes to a
    // peer that doesn't read. If this fails there is an orderly close instead.
    const struct linger resetOnClose {
        .l_onoff = 1, .l_linger = 0
    };
    (void)::setsockopt(m_descriptor.get(), SOL_SOCKET, SO_LINGER, &resetOnClose,
                       sizeof resetOnClose);
    release();
}

void ClientSocket::ready(std::uint32_t events)
{
    if ((events & EPOLLOUT) != 0) {
        write();
        watch();
        if (isClosing()) {
            shutDownOutput();
        } else if (m_isCongested && unsentBytes() <= kOutputLowWaterBytes) {
            m_isCongested = false;
            m_sink.outputDrained();
        }
    }
    if (!isOpen()) return;

    const bool isGone = (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (isClosing()) {
        discardInput();
    } else if (!m_isPaused) {
        if (isGone || (events & EPOLLIN) != 0) read();
    } else if (isGone) {
        finish(CloseReason::PeerReset);
    }
}

void ClientSocket::read()
{
    if (m_tls) {
        readEncrypted();
    } else {
        readPlain();
    }
}

void ClientSocket::readPlain()
{
    std::size_t budgetBytes = std::min(kReadBudgetBytes, m_poller.readBytesMax());
    while (budgetBytes > 0 && isOpen() && !m_isPaused && !isClosing()) {
        const std::size_t wanted = std::min(budgetBytes, SocketMemory::kChunkBytes);
        const std::size_t byteCount = receiveSome(m_poller.memory().chunk(), wanted);
        if (byteCount == 0) return;
        deliver(byteCount);
        if (byteCount < wanted) return;  // the system had no more
        budgetBytes -= byteCount;
    }
}

std::size_t ClientSocket::receiveSome(std::byte* to, std::size_t bytesMax)
{
    const ssize_t received = receive(m_descriptor.get(), to, bytesMax);
    if (received > 0) {
        m_receivedBytes += static_cast<std::size_t>(received);
        return static_cast<std::size_t>(received);
    }
    if (received < 0 && isTemporary(errno)) return 0;
    if (m_sendError != 0) {
        finish(reasonOf(m_sendError));
    } else {
        finish(received == 0 ? CloseReason::PeerClosed : reasonOf(errno));
    }
    return 0;
}

/// One read per turn: what comes after it gets its turn with the next one.
void ClientSocket::readEncrypted()
{
    static_assert(SocketMemory::kEncryptedChunkBytes + TlsSession::kRecordBytesMax <=
                  SocketMemory::kChunkBytes);
    SocketMemory& memory = m_poller.memory();
    const std::size_t byteCount =
        receiveSome(memory.encryptedChunk(),
                    std::min(SocketMemory::kEncryptedChunkBytes, m_poller.readBytesMax()));
    if (byteCount > 0) decrypt({memory.encryptedChunk(), byteCount});
}

void ClientSocket::decrypt(ByteView bytes)
{
    const bool wasEstablished = m_tls->isHandshakeDone();
    if (m_encrypted.capacity() == 0) m_encrypted = m_poller.memory().take();
    const std::size_t plainBytes = m_tls->receive(bytes, m_poller.memory().chunk(), m_encrypted);
    if (!wasEstablished && m_tls->isHandshakeDone()) {
        m_handshakeTimer.reset();
        m_sink.secured();
    }
    if (m_encrypted.size() > kEncryptedBytesMax) {
        m_tls->fail("the client makes TLS answer, and does not read the answers");
        m_encrypted.clear();
    }
    if (plainBytes > 0 && isOpen() && !isClosing()) deliver(plainBytes);
    if (!isOpen()) return;
    // What TLS itself has to say, and what could not be said before it was established.
    if ((m_watchedEvents & EPOLLOUT) == 0) write();
    watch();
    if (isClosing()) return shutDownOutput();
    switch (m_tls->phase()) {
    case TlsSession::Phase::Handshaking:
    case TlsSession::Phase::Open: return;
    case TlsSession::Phase::PeerClosed:
        m_tls->close(m_encrypted);
        write();
        return finish(CloseReason::PeerClosed);
    case TlsSession::Phase::Failed: return failTls();
    }
}

/// Sends the alert that says why, and waits for the peer to have read it.
void ClientSocket::failTls()
{
    m_output.clear();
    linger(kLingerMax);
}

/// Hands the sink what the chunk holds, behind what it left of the last time.
void ClientSocket::deliver(std::size_t byteCount)
{
    SocketMemory& memory = m_poller.memory();
    const std::size_t keptBytes = m_unconsumed.size();
    if (keptBytes > std::min(byteCount, SocketMemory::kHeadroomBytes)) {
        // More was kept than came: appending copies less. A peer that sends a large frame byte by
        // byte can't make us copy all of it for each byte.
        m_unconsumed.append(ByteView{memory.chunk(), byteCount});
        const std::size_t consumed = m_sink.received(m_unconsumed.view());
        WARREN_CHECK(consumed <= m_unconsumed.size());
        m_unconsumed.consume(consumed);
    } else {
        std::byte* begin = memory.chunk() - keptBytes;
        if (keptBytes > 0) std::memcpy(begin, m_unconsumed.data(), keptBytes);
        m_unconsumed.clear();
        const ByteView all{begin, keptBytes + byteCount};
        const std::size_t consumed = m_sink.received(all);
        WARREN_CHECK(consumed <= all.size());
        if (consumed < all.size()) {
            if (m_unconsumed.capacity() == 0) m_unconsumed = memory.take();
            m_unconsumed.append(all.subspan(consumed));
        }
    }
    if (m_unconsumed.isEmpty()) memory.giveBack(m_unconsumed);
}

/// While closing: the peer's bytes no longer matter, its end of stream does.
void ClientSocket::discardInput()
{
    m_unconsumed.clear();
    m_poller.memory().giveBack(m_unconsumed);
    std::size_t budgetBytes = kReadBudgetBytes;
    while (budgetBytes > 0) {
        const ssize_t received =
            receive(m_descriptor.get(), m_poller.memory().chunk(), SocketMemory::kChunkBytes);
        if (received < 0 && isTemporary(errno)) return;
        if (received <= 0 && m_tls && m_tls->phase() == TlsSession::Phase::Failed) {
            finish(CloseReason::TlsFailed);
            return;
        }
        if (received <= 0) {
            finish(unsentBytes() == 0 && m_sendError == 0 ? CloseReason::Finished
                                                          : CloseReason::PeerReset);
            return;
        }
        m_receivedBytes += static_cast<std::size_t>(received);
        budgetBytes -= std::min(budgetBytes, static_cast<std::size_t>(received));
    }
}

void ClientSocket::write()
{
    if (m_tls) {
        writeEncrypted();
    } else {
        sendSome(m_output);
    }
}

/// Encrypts no more than the system takes, and a piece: what waits can still be counted, and be
/// dropped, as it is.
void ClientSocket::writeEncrypted()
{
    for (;;) {
        if (m_encrypted.isEmpty() && !m_output.isEmpty()) {
            if (m_encrypted.capacity() == 0) m_encrypted = m_poller.memory().take();
            m_tls->send(m_output, kEncryptAheadBytes, m_encrypted);
            if (m_output.isEmpty()) m_poller.memory().giveBack(m_output);
        }
        sendSome(m_encrypted);
        if (m_sendError != 0) m_output.clear();
        if (!m_encrypted.isEmpty() || m_output.isEmpty()) return;
        if (!m_tls->isHandshakeDone() || m_tls->phase() == TlsSession::Phase::Failed) return;
    }
}

/// One send. After an error the output is dropped, and the shutdown makes the event loop report the
/// end of the connection: the owner, who may be in the middle of a loop over its connections,
/// doesn't hear of it in here.
void ClientSocket::sendSome(Buffer& bytes)
{
    if (bytes.isEmpty()) return m_poller.memory().giveBack(bytes);
    ssize_t sent = -1;
    if (m_sendError == 0) {
        do {
            sent = ::send(m_descriptor.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        } while (sent < 0 && errno == EINTR);
        if (sent < 0 && isTemporary(errno)) return;
        if (sent < 0) {
            m_sendError = errno;
            (void)::shutdown(m_descriptor.get(), SHUT_RDWR);  // fails if it is down already
        }
    }
    if (m_sendError != 0) {
        bytes.clear();
    } else {
        m_sentBytes += static_cast<std::size_t>(sent);
        bytes.consume(static_cast<std::size_t>(sent));
    }
    if (bytes.isEmpty()) m_poller.memory().giveBack(bytes);
}

void ClientSocket::noteCongestion()
{
    if (unsentBytes() >= kOutputHighWaterBytes) m_isCongested = true;
}

/// While closing: once everything is sent, tells the peer that nothing more comes.
void ClientSocket::shutDownOutput()
{
    if (unsentBytes() > 0 || m_isOutputShutDown) return;
    if (m_tls) {
        m_tls->close(m_encrypted);
        write();
        watch();
        if (unsentBytes() > 0) return;
    }
    m_isOutputShutDown = true;
    (void)::shutdown(m_descriptor.get(), SHUT_WR);  // fails if the connection is gone: reported so
}

/// Plain bytes that wait for TLS to be established don't count: no room in the system helps them.
bool ClientSocket::hasBytesForNetwork() const
{
    return m_tls ? !m_encrypted.isEmpty() : !m_output.isEmpty();
}

void ClientSocket::watch()
{
    if (!isOpen()) return;
    const std::uint32_t input = m_isPaused && !isClosing() ? 0u : EPOLLIN;
    const std::uint32_t output = hasBytesForNetwork() ? EPOLLOUT : 0u;
    if ((input | output) == m_watchedEvents) return;
    m_watchedEvents = input | output;
    m_poller.modify(m_descriptor.get(), m_watchedEvents, *this);
}

void ClientSocket::release()
{
    m_poller.remove(m_descriptor.get(), *this);
    m_descriptor.close();
    m_poller.memory().giveBack(m_output);
    m_poller.memory().giveBack(m_encrypted);
    if (m_handshakeTimer) m_handshakeTimer.release()->deleteLater();
    if (!m_lingerTimer) return;
    m_lingerTimer->stop();
    m_lingerTimer.release()->deleteLater();  // this may run inside its own signal
}

void ClientSocket::finish(CloseReason reason)
{
    if (reason == CloseReason::TimedOut) {
        abort();
    } else {
        release();
    }
    m_sink.closed(reason);  // may delete this
}

}  // namespace warren::net
