#include "tests/unit/peer/scripted_peer.h"

#include "tests/support/event_loop.h"

#include <QHostAddress>

#include <gtest/gtest.h>

#include <utility>

namespace warren::test {

using peer::Handshake;

namespace {

peer::Nonce nonceOf(int value)
{
    peer::Nonce nonce;
    nonce.fill(std::byte(value));
    return nonce;
}

}  // namespace

ScriptedDialer::ScriptedDialer(std::uint16_t port, peer::PeerIdentity self,
                               const peer::Cookie& cookie)
    : m_socket(port),
      m_handshake(Handshake::dialer(std::move(self), cookie, nonceOf(1), peer::Purpose::Link))
{
    EXPECT_TRUE(m_socket.isOpen());
}

bool ScriptedDialer::authenticate()
{
    const auto isOver = [this] {
        send(m_handshake.output().view());
        m_handshake.output().clear();
        m_socket.receiveSome(m_input);
        m_handshake.advance(m_input);
        return m_handshake.state() != Handshake::State::Busy || !m_socket.isOpen();
    };
    return runUntil(isOver) && m_handshake.state() == Handshake::State::Done;
}

void ScriptedDialer::sendFrame(std::string_view bytes)
{
    Buffer frame;
    frame.appendBigEndian(static_cast<std::uint32_t>(bytes.size()));
    frame.append(bytes);
    send(frame.view());
}

void ScriptedDialer::sendHeartbeat(std::uint64_t time)
{
    Buffer heartbeat;
    heartbeat.appendBigEndian(std::uint32_t{0});
    heartbeat.appendBigEndian(time);
    send(heartbeat.view());
}

void ScriptedDialer::send(ByteView bytes) { EXPECT_TRUE(m_socket.sendAll(bytes)); }

const Buffer& ScriptedDialer::received()
{
    m_socket.receiveSome(m_input);
    return m_input;
}

bool ScriptedDialer::isClosed()
{
    m_socket.receiveSome(m_input);
    return !m_socket.isOpen();
}

ScriptedAcceptor::ScriptedAcceptor(Script script, peer::PeerIdentity self, peer::Cookie cookie)
    : m_script(script), m_self(std::move(self)), m_cookie(std::move(cookie))
{
    EXPECT_TRUE(m_server.listen(QHostAddress(QHostAddress::LocalHost)));
    QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] { accept(); });
}

std::string ScriptedAcceptor::address() const
{
    return "127.0.0.1:" + std::to_string(m_server.serverPort());
}

void ScriptedAcceptor::accept()
{
    m_acceptedCount += 1;
    m_socket = m_server.nextPendingConnection();
    m_socket->setReadBufferSize(1024);  // the rest stays with the system, and then with the sender
    m_input.clear();
    m_handshake.emplace(Handshake::acceptor(m_self, m_cookie, nonceOf(m_acceptedCount)));
    if (m_script == Script::SayNothing) return;
    QObject::connect(m_socket, &QTcpSocket::readyRead, &m_server, [this] { read(); });
}

void ScriptedAcceptor::read()
{
    if (m_handshake->state() != Handshake::State::Busy) return;
    const QByteArray bytes = m_socket->readAll();
    m_input.append(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    m_handshake->advance(m_input);
    const std::string_view output = textOf(m_handshake->output().view());
    m_socket->write(output.data(), static_cast<qint64>(output.size()));
    m_handshake->output().clear();
}

}  // namespace warren::test
