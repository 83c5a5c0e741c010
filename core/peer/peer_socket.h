#pragma once

#include "core/base/bytes.h"
#include "core/peer/connection_end.h"
#include "core/peer/dial_address.h"
#include "core/peer/handshake.h"
#include "core/peer/link_options.h"
#include "core/peer/link_tls.h"
#include "core/peer/peer_identity.h"

#include <QAbstractSocket>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace warren::peer {

/// What a PeerSocket tells its owner.
class PeerSocketSink {
public:
    virtual void authenticated(const PeerIdentity& peer, Purpose purpose) = 0;
    /// @param frame  borrowed for the call
    virtual void received(ByteView frame) = 0;
    /// The last call; the owner deletes the socket later.
    virtual void ended(const ConnectionEnd& end) = 0;

protected:
    ~PeerSocketSink() = default;
};

/// One TCP connection between two nodes, with or without TLS on it: handshake, then frames from the
/// dialer to the acceptor and heartbeats both ways.
///
///     stream    = *(frame | heartbeat)
///     frame     = length:u32 bytes                 ; length is not 0
///     heartbeat = 0:u32 time:u64
///
/// Numbers are big-endian. The dialer's heartbeats have the time of its clock, not 0; the acceptor
/// sends them back as they are, and others with time 0 at its own pace: those come through while
/// the dialer's wait behind the frames it has not sent yet.
///
/// Thread: one, with Qt's event loop; the sink is called from there only. Small frames of a turn go
/// out together at its end, large ones at once and are copied at most once (when the system doesn't
/// take them). With TLS they are encrypted at once, piece by piece, and what the system doesn't
/// take waits encrypted.
class PeerSocket final : public QObject {
public:
    static constexpr std::size_t kReadBytes = std::size_t{256} << 10;
    static constexpr std::size_t kReadBytesPerTurn = std::size_t{2} << 20;
    /// Input memory beyond this is given back once the frame that needed it is gone.
    static constexpr std::size_t kKeptInputBytes = std::size_t{8} << 20;
    static constexpr std::size_t kLargeFrameBytes = std::size_t{32} << 10;
    static constexpr std::size_t kGatheredBytesMax = std::size_t{128} << 10;
    /// Heartbeats that nobody reads are not piled up.
    static constexpr std::size_t kBackflowBytesMax = std::size_t{64} << 10;

    /// @param options  must outlive this  @param tls  null: without TLS
    PeerSocket(PeerSocketSink& sink, Handshake handshake, const LinkOptions& options,
               std::shared_ptr<const net::TlsContext> tls, QObject* parent);
    ~PeerSocket() override;

    void dial(const DialAddress& address);
    /// @param descriptor  connected; taken over  @returns false if nothing can be done with it
    bool adopt(std::intptr_t descriptor);

    /// @pre authenticated, not ended, 0 < frame.size() ≤ frameBytesMax
    void send(ByteView frame);
    std::size_t unsentBytes() const;
    std::chrono::microseconds roundTrip() const { return m_roundTrip; }
    bool isEncrypted() const { return m_tls != nullptr; }
    bool isOpen() const { return m_stage != Stage::Ended; }
    /// Who the other end says it is, proven once authenticated.
    const PeerIdentity& peer() const { return m_handshake.peer(); }

    /// Closes at once; the sink hears nothing any more.
    void close();

private:
    enum class Stage { Proving, Linked, Ended };

    void begin();
    void read();
    std::size_t readSome(std::size_t bytesMax);
    std::size_t receiveInto(Buffer& buffer, std::size_t bytesMax);
    void decrypt();
    void endTls();
    void discardInput();
    void digest();
    void digestHandshake();
    void digestFrames();
    std::size_t digestFrame(ByteView input);
    void shrinkInput();
    void takeHeartbeat(std::uint64_t time);
    void beat();
    void writeHeartbeat(std::uint64_t time);
    bool isDialer() const { return m_handshake.role() == Handshake::Role::Dialer; }

    void writeHandshake();
    void flushLater();
    void flush();
    void write(ByteView bytes);
    void writeToNetwork(ByteView bytes);
    void fail();
    void end(const ConnectionEnd& end);

    PeerSocketSink& m_sink;
    Handshake m_handshake;
    const LinkOptions& m_options;
    Stage m_stage = Stage::Proving;
    // Not a QTcpSocket, which would buffer what it adopts whatever it is told.
    QAbstractSocket m_socket{QAbstractSocket::TcpSocket, nullptr};
    std::unique_ptr<LinkTls> m_tls;  // null without TLS
    Buffer m_encrypted;              // what was just received, or is just to be written; else empty
    QTimer m_handshakeTimer;
    QTimer m_heartbeat;
    Buffer m_input;
    Buffer m_gathered;  // goes out before anything else is written
    bool m_isFlushDue = false;
    std::int64_t m_silentBeats = 0;
    std::chrono::microseconds m_roundTrip{-1};
};

}  // namespace warren::peer
