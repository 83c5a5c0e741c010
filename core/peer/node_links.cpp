#include "core/peer/node_links.h"

#include "core/base/check.h"
#include "core/peer/incoming_links.h"
#include "core/peer/introduction.h"
#include "core/peer/outgoing_link.h"

#include <utility>

namespace warren::peer {
namespace {

template <typename... Arguments>
void fillIn(std::function<void(Arguments...)>& callback)
{
    if (!callback) callback = [](Arguments...) {};
}

/// Those that the owner doesn't want do nothing.
LinkCallbacks complete(LinkCallbacks callbacks)
{
    fillIn(callbacks.linkUp);
    fillIn(callbacks.linkDown);
    fillIn(callbacks.gone);
    fillIn(callbacks.heard);
    fillIn(callbacks.silent);
    fillIn(callbacks.received);
    fillIn(callbacks.warned);
    return callbacks;
}

}  // namespace

NodeLinks::NodeLinks(PeerIdentity self, Cookie cookie, LinkOptions options, Callbacks callbacks,
                     QObject* parent)
    : QObject(parent),
      m_context{.self = std::move(self),
                .cookie = std::move(cookie),
                .options = options,
                .callbacks = complete(std::move(callbacks)),
                .warnings = Warnings(
                    [this](const std::string& sentence) { m_context.callbacks.warned(sentence); })},
      m_incoming(new IncomingLinks(m_context, this))
{
}

// While what they refer to is still there.
NodeLinks::~NodeLinks() { qDeleteAll(QObjectList(children())); }

void NodeLinks::useTls(std::shared_ptr<const net::TlsContext> context)
{
    WARREN_CHECK(context != nullptr);
    m_context.tls = std::move(context);
}

Result<net::Endpoint, std::string> NodeLinks::listen(const std::string& address, std::uint16_t port)
{
    auto endpoint = m_incoming->listen(address, port);
    if (endpoint && m_context.self.address.empty()) m_context.self.address = endpoint->text();
    return endpoint;
}

void NodeLinks::setPeer(const cluster::NodeName& name, const std::string& address)
{
    const auto at = m_outgoing.find(name);
    if (at != m_outgoing.end()) return at->second->setAddress(address);
    m_outgoing.emplace(name, new OutgoingLink(m_context, name, address, this));
}

void NodeLinks::removePeer(const cluster::NodeName& name)
{
    const cluster::NodeName removed = name;  // it may be the name in a link that goes
    const auto at = m_outgoing.find(removed);
    if (at != m_outgoing.end()) {
        at->second->close();
        at->second->deleteLater();
        m_outgoing.erase(at);
    }
    m_incoming->closeFrom(removed);
}

void NodeLinks::introduce(const std::string& address,
                          std::function<void(Result<PeerIdentity, ConnectionEnd>)> done)
{
    if (m_introductionCount >= kIntroductionsMax) {
        QMetaObject::invokeMethod(
            this,
            [done = std::move(done)] {
                done(ConnectionEnd{.reason = "too many nodes are asked already"});
            },
            Qt::QueuedConnection);
        return;
    }
    m_introductionCount += 1;
    new Introduction(
        m_context, address,
        [this, done = std::move(done)](const Result<PeerIdentity, ConnectionEnd>& outcome) {
            m_introductionCount -= 1;
            done(outcome);
        },
        this);
}

bool NodeLinks::send(const cluster::NodeName& to, ByteView frame)
{
    const auto at = m_outgoing.find(to);
    return at != m_outgoing.end() && at->second->send(frame);
}

bool NodeLinks::isUp(const cluster::NodeName& name) const
{
    const auto at = m_outgoing.find(name);
    return at != m_outgoing.end() && at->second->isUp();
}

LinkState NodeLinks::state(const cluster::NodeName& name) const
{
    const auto at = m_outgoing.find(name);
    LinkState state = at != m_outgoing.end() ? at->second->state() : LinkState{};
    state.isHeard = m_incoming->isHeard(name);
    return state;
}

std::vector<cluster::NodeName> NodeLinks::peers() const
{
    std::vector<cluster::NodeName> names;
    for (const auto& [name, link] : m_outgoing) {
        names.push_back(name);
    }
    return names;
}

}  // namespace warren::peer
