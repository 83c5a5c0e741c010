#pragma once

#include "core/base/bytes.h"
#include "core/peer/handshake.h"
#include "core/peer/peer_identity.h"
#include "tests/support/tcp_socket.h"

#include <QTcpServer>
#include <QTcpSocket>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::test {

/// A node that dials, proves itself, and does from there on only what the test says.
class ScriptedDialer {
public:
    ScriptedDialer(std::uint16_t port, peer::PeerIdentity self, const peer::Cookie& cookie);

    /// Runs the event loop until the handshake is over. @returns whether it went well
    [[nodiscard]] bool authenticate();
    void sendFrame(std::string_view bytes);
    void sendHeartbeat(std::uint64_t time);
    void send(ByteView bytes);

    /// What came since the handshake.
    const Buffer& received();
    /// Looks whether the other end has closed.
    bool isClosed();

private:
    TcpSocket m_socket;
    peer::Handshake m_handshake;
    Buffer m_input;
};

/// Takes one connection after the other and ends up as the script says; never reads a frame.
class ScriptedAcceptor {
public:
    enum class Script {
        SayNothing,  ///< no handshake
        GoSilent,    ///< a handshake, then nothing is read or sent
    };
    ScriptedAcceptor(Script script, peer::PeerIdentity self, peer::Cookie cookie);

    std::string address() const;
    int acceptedCount() const { return m_acceptedCount; }

private:
    void accept();
    void read();

    const Script m_script;
    const peer::PeerIdentity m_self;
    const peer::Cookie m_cookie;
    QTcpServer m_server;
    QTcpSocket* m_socket = nullptr;  // a child of the server
    std::optional<peer::Handshake> m_handshake;
    Buffer m_input;
    int m_acceptedCount = 0;
};

}  // namespace warren::test
