#include "core/peer/incoming_links.h"

#include "core/net/file_descriptor.h"

#include <QHostAddress>
#include <QString>
#include <QTcpServer>
#include <QTimer>

#include <algorithm>
#include <functional>
#include <utility>

namespace warren::peer {
namespace {

/// Hands connections out as descriptors: Qt would open them with buffers of its own.
class DescriptorServer final : public QTcpServer {
public:
    DescriptorServer(std::function<void(std::intptr_t)> accepted, QObject* parent)
        : QTcpServer(parent), m_accepted(std::move(accepted))
    {
    }

protected:
    void incomingConnection(qintptr descriptor) override { m_accepted(descriptor); }

private:
    std::function<void(std::intptr_t)> m_accepted;
};

bool isSameProcess(const PeerIdentity& a, const PeerIdentity& b)
{
    return a.name == b.name && a.instance == b.instance;
}

}  // namespace

IncomingLinks::IncomingLinks(LinkContext& context, QObject* parent)
    : QObject(parent),
      m_context(context),
      m_server(new DescriptorServer([this](std::intptr_t descriptor) { accept(descriptor); }, this))
{
    // It stops accepting on an error of the system, such as too few descriptors.
    connect(m_server, &QTcpServer::acceptError, this, [this] {
        QTimer::singleShot(kRestAfterExhaustion, m_server, &QTcpServer::resumeAccepting);
    });
}

IncomingLinks::~IncomingLinks() { qDeleteAll(QObjectList(children())); }

Result<net::Endpoint, std::string> IncomingLinks::listen(const std::string& address,
                                                         std::uint16_t port)
{
    const std::string where = net::Endpoint{address, port}.text();
    QHostAddress bound(QString::fromStdString(address));
    if (bound.isNull()) return where + " can't be listened on: the address is not numeric";
    if (bound == QHostAddress::AnyIPv6) bound = QHostAddress::Any;
    if (!m_server->listen(bound, port)) {
        return where + " can't be listened on: " + m_server->errorString().toStdString();
    }
    return net::localEndpoint(static_cast<int>(m_server->socketDescriptor()));
}

bool IncomingLinks::isHeard(const cluster::NodeName& name) const
{
    return std::any_of(m_links.begin(), m_links.end(), [&](const IncomingLink* link) {
        return link->isAuthenticated() && link->peer().name == name;
    });
}

void IncomingLinks::closeFrom(const cluster::NodeName& name)
{
    for (IncomingLink* link : std::vector(m_links)) {
        if (link->isAuthenticated() && link->peer().name == name) drop(*link);
    }
}

void IncomingLinks::accept(std::intptr_t descriptor)
{
    const std::string from = net::peerEndpoint(static_cast<int>(descriptor)).address;
    if (m_links.size() - authenticatedCount() >= kStrangersMax) {
        net::FileDescriptor(static_cast<int>(descriptor)).close();
        m_context.warnings.warn("from " + from,
                                "No link from " + from + ": " + std::to_string(kStrangersMax) +
                                    " connections wait for their handshake already.");
        return;
    }
    auto* link = new IncomingLink(
        m_context, from, [this](const PeerIdentity& dialer) { return objectionTo(dialer); },
        {.authenticated = [this](IncomingLink& proven) { welcome(proven); },
         .ended = [this](IncomingLink& over) { forget(over); }},
        this);
    m_links.push_back(link);
    if (!link->adopt(descriptor)) drop(*link);
}

std::string IncomingLinks::objectionTo(const PeerIdentity& dialer) const
{
    const bool isReplacing =
        std::any_of(m_links.begin(), m_links.end(), [&](const IncomingLink* link) {
            return link->isAuthenticated() && isSameProcess(link->peer(), dialer);
        });
    if (isReplacing || authenticatedCount() < kLinksMax) return {};
    return m_context.self.name.text() + " has " + std::to_string(kLinksMax) +
           " links from other nodes already";
}

void IncomingLinks::welcome(IncomingLink& link)
{
    // A node dials anew when it thinks the link lost; this end may not have noticed yet.
    for (IncomingLink* older : std::vector(m_links)) {
        const bool isOlder = older != &link && older->isAuthenticated();
        if (isOlder && isSameProcess(older->peer(), link.peer())) drop(*older);
    }
    m_context.callbacks.heard(link.peer());
}

void IncomingLinks::forget(IncomingLink& link)
{
    drop(link);
    const cluster::NodeName& name = link.peer().name;
    if (link.isAuthenticated() && !isHeard(name)) m_context.callbacks.silent(name);
}

void IncomingLinks::drop(IncomingLink& link)
{
    std::erase(m_links, &link);
    link.close();
    link.deleteLater();
}

std::size_t IncomingLinks::authenticatedCount() const
{
    return static_cast<std::size_t>(
        std::count_if(m_links.begin(), m_links.end(),
                      [](const IncomingLink* link) { return link->isAuthenticated(); }));
}

}  // namespace warren::peer
