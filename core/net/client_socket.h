#pragma once

#include "core/base/bytes.h"
#include "core/net/endpoint.h"
#include "core/net/file_descriptor.h"
#include "core/net/poller.h"
#include "core/net/tls_session.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

class QTimer;

namespace warren::net {

/// Why a connection ended.
enum class CloseReason {
    PeerClosed,  ///< the peer closed its end; the bytes before that have been delivered
    PeerReset,   ///< the peer vanished: reset or broken pipe
    TimedOut,    ///< the peer no longer answers, or didn't take our last bytes in time
    Finished,    ///< closeAfterFlush is done
    TlsFailed,   ///< TLS did not come about, or broke; see TlsSession::error
    Failed,      ///< any other error of the system
};

/// For the log, e.g. "reset by peer".
std::string_view textOf(CloseReason reason);

/// What a ClientSocket tells its owner. All calls come from the event loop, never from inside a
/// call to the socket.
class ByteSink {
public:
    virtual ~ByteSink() = default;

    /// A TLS connection is established, and who the peer is is known: see ClientSocket::tls. Comes
    /// before anything is received; never without TLS.
    virtual void secured() {}

    /// @param bytes  what was received and not consumed yet; borrowed for the call
    /// @returns how many bytes from the front were consumed. The rest comes again, with more behind
    /// it. Who never consumes must end the connection, since the rest is kept without a limit.
    ///
    /// The socket may be paused, aborted or closed in here, but not deleted. Pausing holds back
    /// later reads only: consume what is there.
    virtual std::size_t received(ByteView bytes) = 0;

    /// The socket was congested and the peer has now taken most of it: there is room again. The
    /// socket must not be deleted in here.
    virtual void outputDrained() = 0;

    /// The last call; the descriptor is closed already. The socket may be deleted in here.
    virtual void closed(CloseReason reason) = 0;
};

/// One connected, non-blocking TCP socket, with or without TLS on it.
///
/// It reads into memory that all sockets of the thread share and keeps only what its sink leaves
/// unconsumed; it writes what its owner has put into `output`, with one send per flush, and goes on
/// by itself when the peer takes more. An idle socket holds no buffers.
///
/// With TLS the owner sees plain bytes in both directions. What is to be sent is encrypted piece by
/// piece, as the system takes it.
///
/// Thread: that of its Poller, which must outlive it; so must the sink.
class ClientSocket final : private IoHandler {
public:
    /// One socket may take this much per turn of the event loop; then others get theirs. One read
    /// of SocketMemory: with more, a publisher starves the acknowledgements of its consumers.
    static constexpr std::size_t kReadBudgetBytes = 256 * 1024;
    /// Congested: at this many unsent bytes a producer of output should stop…
    static constexpr std::size_t kOutputHighWaterBytes = 512 * 1024;
    /// …until no more than this are left.
    static constexpr std::size_t kOutputLowWaterBytes = 128 * 1024;
    /// With TLS: what is encrypted ahead of the system's taking it.
    static constexpr std::size_t kEncryptAheadBytes = 256 * 1024;
    /// With TLS: a peer that makes TLS itself answer this much without reading it is thrown out.
    static constexpr std::size_t kEncryptedBytesMax = 2 * kEncryptAheadBytes;
    /// How long closeAfterFlush waits for the peer to take the rest and close its end.
    static constexpr std::chrono::milliseconds kLingerMax{5000};

    /// Takes over `descriptor`, which must be connected and non-blocking.
    /// If the system can't watch one more socket, isOpen() is false from the beginning.
    ClientSocket(Poller& poller, FileDescriptor descriptor, ByteSink& sink);
    /// Like the above, but as a server of TLS, which must be established within
    /// `handshakeTimeout`. @param tlsContext  null: without TLS
    ClientSocket(Poller& poller, FileDescriptor descriptor, ByteSink& sink,
                 std::shared_ptr<const TlsContext> tlsContext,
                 std::chrono::milliseconds handshakeTimeout);
    /// Closes at once. The system still sends what it has taken; what is in `output` is lost.
    ~ClientSocket() override;
    ClientSocket(const ClientSocket&) = delete;
    ClientSocket& operator=(const ClientSocket&) = delete;

    bool isOpen() const { return m_descriptor.isOpen(); }
    const Endpoint& peer() const { return m_peer; }
    const Endpoint& local() const { return m_local; }
    /// Null without TLS.
    const TlsSession* tls() const { return m_tls.get(); }

    /// Append what shall be sent, then call flush once for all of it.
    Buffer& output();
    /// One send. What the system doesn't take now leaves when it does; without another call.
    void flush();
    /// With TLS, a part of them counts encrypted, with some bytes more.
    std::size_t unsentBytes() const { return m_output.size() + m_encrypted.size(); }
    /// True from the high water to the low water; ends with ByteSink::outputDrained.
    bool isCongested() const { return m_isCongested; }

    /// Stops or resumes reading: the peer feels it when the system's own buffers are full. A peer
    /// that closes its end is noticed only after resuming; one that vanishes, at once.
    void pauseReading(bool isPaused);
    bool isReadingPaused() const { return m_isPaused; }

    /// Sends what `output` holds, closes our end, drops whatever the peer still sends and waits for
    /// it to close its end, so that it can read our last bytes. Ends with ByteSink::closed.
    void closeAfterFlush(std::chrono::milliseconds lingerMax = kLingerMax);
    bool isClosing() const { return m_lingerTimer != nullptr; }

    /// Closes at once; what was not sent is lost and the peer sees a reset. No call of the sink
    /// follows.
    void abort();

    /// On the network: with TLS, encrypted ones.
    std::uint64_t receivedBytes() const { return m_receivedBytes; }
    std::uint64_t sentBytes() const { return m_sentBytes; }
    /// Received, but not consumed by the sink yet; in `closed`, more than 0 means cut mid-frame.
    std::size_t unconsumedBytes() const { return m_unconsumed.size(); }
    /// Heap memory of the buffers.
    std::size_t bufferBytes() const
    {
        return m_output.capacity() + m_unconsumed.capacity() + m_encrypted.capacity();
    }

private:
    void ready(std::uint32_t events) override;
    void read();
    void readPlain();
    void readEncrypted();
    /// recv of up to `bytesMax` bytes. @returns how many; 0: none for now, or the connection is
    /// over
    std::size_t receiveSome(std::byte* to, std::size_t bytesMax);
    void decrypt(ByteView bytes);
    void failTls();
    void deliver(std::size_t byteCount);
    void discardInput();
    void write();
    void writeEncrypted();
    void sendSome(Buffer& bytes);
    void linger(std::chrono::milliseconds lingerMax);
    bool hasBytesForNetwork() const;
    void noteCongestion();
    void shutDownOutput();
    void watch();
    void release();
    void finish(CloseReason reason);

    Poller& m_poller;
    ByteSink& m_sink;
    FileDescriptor m_descriptor;
    Endpoint m_peer;
    Endpoint m_local;
    Buffer m_unconsumed;
    Buffer m_output;
    std::unique_ptr<TlsSession> m_tls;  // null without TLS
    Buffer m_encrypted;                 // records that the system hasn't taken yet
    std::unique_ptr<QTimer> m_handshakeTimer;
    std::uint64_t m_receivedBytes = 0;
    std::uint64_t m_sentBytes = 0;
    std::uint32_t m_watchedEvents = 0;
    int m_sendError = 0;  // errno of the send that failed; 0: none
    bool m_isPaused = false;
    bool m_isCongested = false;
    bool m_isOutputShutDown = false;
    std::unique_ptr<QTimer> m_lingerTimer;  // exists while closing
};

}  // namespace warren::net
