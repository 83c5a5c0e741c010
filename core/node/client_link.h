#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/broker.h"
#include "core/net/client_socket.h"
#include "core/node/connection_states.h"
#include "core/node/node_config.h"
#include "core/session/session.h"

#include <QDateTime>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace warren::node {

/// One client connection put together: socket, session, and the way to the broker.
///
/// Thread: the broker's. Owned by the BrokerLoop, which deletes it after `onGone`.
class ClientLink final : public net::ByteSink {
public:
    /// Bytes that wait for a client who doesn't read; beyond it we don't read its requests, and
    /// replies to earlier ones stay events. Deliveries stop far earlier
    /// (Connection::kSendCreditBytes).
    static constexpr std::size_t kUnsentBytesMax = 8 * 1024 * 1024;
    /// What all links together may have to send in deliveries, about: the more it is, the less each
    /// may have, down to kSendCreditBytesMin.
    static constexpr std::size_t kUnsentTotalBytesMax = 128 * 1024 * 1024;
    static constexpr std::size_t kSendCreditBytesMin = 16 * 1024;

    /// What a link needs of the thread that it lives on. Outlives the links.
    struct Context {
        broker::Broker& broker;
        net::Poller& poller;
        const session::SessionConfig& sessionConfig;
        const session::Authenticator& authenticator;
        /// Which name in a client's certificate is that of its user.
        CertificateLogin certificateLogin{};
        std::chrono::milliseconds tlsHandshakeTimeout{5000};
        std::function<Instant()> now;
        std::function<WallTime()> wallNow;
        /// What all links have to send; the links count it.
        std::size_t unsentBytes = 0;
        /// So many bytes have come in and were applied.
        std::function<void(std::size_t byteCount)> onReceived = [](std::size_t) {};
        /// The link has output, or commands of it were applied: it wants a turn.
        std::function<void(ClientLink&)> onTouched;
        /// The socket has closed, the broker knows: forget the link.
        std::function<void(ClientLink&, net::CloseReason)> onGone;
    };

    /// @param tlsContext  null: without TLS
    ClientLink(Context& context, ConnectionId id, net::FileDescriptor descriptor,
               std::shared_ptr<const net::TlsContext> tlsContext = nullptr);
    ~ClientLink() override { noteUnsent(0); }

    ConnectionId id() const { return m_id; }
    /// "127.0.0.1:40000 -> 127.0.0.1:5672"
    const std::string& name() const { return m_name; }
    const session::Session& session() const { return m_session; }
    const net::ClientSocket& socket() const { return m_socket; }
    QDateTime connectedAt() const { return m_connectedAt; }

    /// Events of the broker, to be sent with the next flush.
    void send(std::span<const broker::Event> events);
    /// Sends, tells the broker how much more fits, and closes what has to be closed.
    void flush();
    /// To be called several times a second; mostly there is nothing to do.
    void tick(Instant now);
    /// Why the client's publishes are not read.
    enum class Hold {
        None,
        Alarm,  ///< it is blocked
        Queue,  ///< memory fills faster than it can be relieved
        Store,  ///< too much of it waits for the disk
    };
    /// Holds back or resumes reading.
    void setHold(Hold hold);
    Hold hold() const { return m_hold; }
    bool isClosed() const { return !m_socket.isOpen(); }
    /// Held back for want of credit: RabbitMQ's state flow.
    bool isInFlow() const { return m_hold == Hold::Queue || m_hold == Hold::Store; }
    /// Not read, since its client doesn't read.
    bool isChoked() const { return m_socket.unsentBytes() >= kUnsentBytesMax; }
    /// What it is now; from now on in its history. @param hasAlarm  publishers are blocked
    management::ConnectionState lookAtState(bool hasAlarm, const QDateTime& at);
    const ConnectionStates& states() const { return m_states; }
    bool isTouched = false;  ///< on the loop's list for this turn
    bool isWatched = false;  ///< its state may change, or has

    // ByteSink
    void secured() override;
    std::size_t received(ByteView bytes) override;
    void outputDrained() override;
    void closed(net::CloseReason reason) override;

private:
    bool hasWaiting() const { return !m_waiting.empty() || m_session.isMidBody(); }
    void encodeWaiting();
    void updateReading();
    void touch();
    void noteUnsent(std::size_t bytes);
    std::int64_t sendCredit() const;

    Context& m_context;
    const ConnectionId m_id;
    net::ClientSocket m_socket;
    session::Session m_session;
    std::string m_name;
    QDateTime m_connectedAt;
    broker::CommandBatch m_commands;
    /// Not encoded yet, since too much is unsent. What one read can ask for is little as events,
    /// which share their messages, but a hundred basic.get of one large message would be gigabytes.
    std::deque<broker::Event> m_waiting;
    Hold m_hold = Hold::None;
    std::size_t m_notedUnsentBytes = 0;  // its part of Context::unsentBytes
    ConnectionStates m_states;
    Instant m_nextTick{};
};

}  // namespace warren::node
