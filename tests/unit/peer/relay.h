#pragma once

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace warren::test {

/// Stands between two nodes and passes on what they say, until it is told to hold or to spoil it.
class Relay {
public:
    /// @param port  of the node that is dialled through this
    explicit Relay(std::uint16_t port) : m_port(port)
    {
        EXPECT_TRUE(m_server.listen(QHostAddress(QHostAddress::LocalHost)));
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] { accept(); });
    }

    std::string address() const { return "127.0.0.1:" + std::to_string(m_server.serverPort()); }
    /// All that went by, both ways.
    const std::string& seen() const { return m_seen; }

    /// Nothing goes by any more, and nothing is read.
    void hold() { m_isHolding = true; }
    /// One bit of what comes next is wrong.
    void spoil() { m_isSpoiling = true; }

private:
    void accept()
    {
        QTcpSocket* dialer = m_server.nextPendingConnection();
        auto* acceptor = new QTcpSocket(dialer);
        acceptor->connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
        pass(dialer, acceptor);
        pass(acceptor, dialer);
        QObject::connect(dialer, &QTcpSocket::disconnected, dialer, &QObject::deleteLater);
        QObject::connect(acceptor, &QTcpSocket::disconnected, dialer,
                         &QTcpSocket::disconnectFromHost);
    }

    void pass(QTcpSocket* from, QTcpSocket* to)
    {
        from->setReadBufferSize(64 * 1024);  // the rest stays with the system, then with the sender
        const auto move = [this, from, to] {
            if (m_isHolding || to->state() != QAbstractSocket::ConnectedState) return;
            QByteArray bytes = from->readAll();
            if (bytes.isEmpty()) return;
            if (m_isSpoiling) {
                bytes.back() = static_cast<char>(bytes.back() ^ 1);
                m_isSpoiling = false;
            }
            m_seen.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
            to->write(bytes);
        };
        QObject::connect(from, &QTcpSocket::readyRead, to, move);
        QObject::connect(to, &QTcpSocket::connected, to, move);
    }

    const std::uint16_t m_port;
    std::string m_seen;
    bool m_isHolding = false;
    bool m_isSpoiling = false;
    QTcpServer m_server;
};

}  // namespace warren::test
