#include "core/peer/peer_socket.h"

#include "core/base/check.h"

#include <QNetworkProxy>
#include <QString>

#include <algorithm>
#include <utility>

namespace warren::peer {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
constexpr std::size_t kHeartbeatBytes = kLengthBytes + sizeof(std::uint64_t);
// Qt would read ahead into memory of its own and copy everything once more.
constexpr auto kOpenMode = QIODeviceBase::ReadWrite | QIODeviceBase::Unbuffered;

std::chrono::microseconds microsNow()
{
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
}

std::string inMilliseconds(std::chrono::milliseconds time)
{
    return std::to_string(time.count()) + " ms";
}

}  // namespace

PeerSocket::PeerSocket(PeerSocketSink& sink, Handshake handshake, const LinkOptions& options,
                       std::shared_ptr<const net::TlsContext> tls, QObject* parent)
    : QObject(parent), m_sink(sink), m_handshake(std::move(handshake)), m_options(options)
{
    if (tls != nullptr) m_tls = std::make_unique<LinkTls>(std::move(tls), m_handshake.role());
    connect(&m_socket, &QAbstractSocket::readyRead, this, &PeerSocket::read);
    connect(&m_socket, &QAbstractSocket::connected, this, &PeerSocket::begin);
    connect(&m_socket, &QAbstractSocket::errorOccurred, this, &PeerSocket::fail);
    m_socket.setProxy(QNetworkProxy::NoProxy);
    m_handshakeTimer.setSingleShot(true);
    m_handshakeTimer.setInterval(options.handshakeTimeout);
    connect(&m_handshakeTimer, &QTimer::timeout, this, [this] {
        end({.reason = "no answer within " + inMilliseconds(m_options.handshakeTimeout)});
    });
    m_heartbeat.setInterval(options.heartbeat);
    connect(&m_heartbeat, &QTimer::timeout, this, &PeerSocket::beat);
}

PeerSocket::~PeerSocket() { close(); }

void PeerSocket::dial(const DialAddress& address)
{
    m_handshakeTimer.start();
    m_socket.connectToHost(QString::fromStdString(address.host), address.port, kOpenMode);
}

bool PeerSocket::adopt(std::intptr_t descriptor)
{
    m_handshakeTimer.start();
    if (!m_socket.setSocketDescriptor(descriptor, QAbstractSocket::ConnectedState, kOpenMode)) {
        return false;
    }
    begin();
    return true;
}

void PeerSocket::begin()
{
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    if (m_tls == nullptr) return writeHandshake();
    Buffer firstWords;
    m_tls->begin(firstWords);
    writeToNetwork(firstWords.view());
}

void PeerSocket::read()
{
    std::size_t budget = kReadBytesPerTurn;  // the other links have their turn then
    while (isOpen() && budget > 0) {
        const std::size_t provingRoom =
            m_tls == nullptr ? Handshake::kBytesMax : LinkTls::kHandshakeReadBytes;
        const std::size_t room = m_stage == Stage::Proving ? provingRoom : kReadBytes;
        const std::size_t count = readSome(room);
        if (count == 0) break;
        m_silentBeats = 0;
        digest();
        if (m_tls != nullptr && m_tls->isOver()) endTls();
        if (count < room) break;
        budget -= std::min(budget, count);
    }
    if (isOpen()) shrinkInput();
}

/// @returns how many bytes came; 0 also at the end of the connection, which it has told then
std::size_t PeerSocket::readSome(std::size_t bytesMax)
{
    if (m_tls == nullptr) return receiveInto(m_input, bytesMax);
    const std::size_t count = receiveInto(m_encrypted, bytesMax);
    decrypt();
    return count;
}

std::size_t PeerSocket::receiveInto(Buffer& buffer, std::size_t bytesMax)
{
    const std::size_t bytesBefore = buffer.size();
    auto* room = reinterpret_cast<char*>(buffer.extend(bytesMax));
    const qint64 count = m_socket.read(room, static_cast<qint64>(bytesMax));
    buffer.truncate(bytesBefore + static_cast<std::size_t>(std::max<qint64>(count, 0)));
    if (count < 0) fail();
    return buffer.size() - bytesBefore;
}

void PeerSocket::decrypt()
{
    Buffer answer;
    m_tls->receive(m_encrypted.view(), m_input, answer);
    m_encrypted.clear();
    if (!isOpen()) return;
    if (m_tls->isEstablished() && m_stage == Stage::Proving) {
        // A dialer's first words have waited for this, and go out with the last ones of TLS.
        m_tls->send(m_handshake.output().view(), answer);
        m_handshake.output().clear();
    }
    writeToNetwork(answer.view());
}

/// TLS didn't come about, or broke.
void PeerSocket::endTls()
{
    if (!isOpen()) return;
    const ConnectionEnd reason{.isRefusal = m_stage == Stage::Proving, .reason = m_tls->reason()};
    if (m_tls->isOtherWithoutTls() && !isDialer()) {
        m_handshake.decline(reason.reason, "it wants TLS on the links between nodes");
        writeToNetwork(m_handshake.output().view());
    }
    discardInput();
    end(reason);
}

/// If something is left unread, the system resets the connection at its end, and the other side may
/// never see our last words.
void PeerSocket::discardInput()
{
    m_socket.disconnect(this);
    auto* room = reinterpret_cast<char*>(m_encrypted.extend(kReadBytes));
    std::size_t budget = kReadBytesPerTurn;
    while (budget > 0) {
        const qint64 count = m_socket.read(room, static_cast<qint64>(kReadBytes));
        if (count <= 0) break;
        budget -= std::min(budget, static_cast<std::size_t>(count));
    }
    m_encrypted.clear();
}

void PeerSocket::digest()
{
    if (m_stage == Stage::Proving) digestHandshake();
    if (m_stage == Stage::Linked) digestFrames();
}

void PeerSocket::digestHandshake()
{
    const auto state = m_handshake.advance(m_input);
    writeHandshake();
    switch (state) {
    case Handshake::State::Busy: return;
    case Handshake::State::Failed: return end({.isRefusal = true, .reason = m_handshake.reason()});
    case Handshake::State::Done: break;
    }
    m_stage = Stage::Linked;
    if (m_handshake.purpose() == Purpose::Link) {
        m_handshakeTimer.stop();
        m_heartbeat.start();
        if (isDialer()) beat();
    }
    m_sink.authenticated(m_handshake.peer(), m_handshake.purpose());
}

void PeerSocket::digestFrames()
{
    while (isOpen()) {
        const std::size_t digestedBytes = digestFrame(m_input.view());
        if (digestedBytes == 0) return;
        m_input.consume(digestedBytes);
    }
}

/// @returns the size of what stood at the front of `input`; 0 if it isn't all there or is wrong
std::size_t PeerSocket::digestFrame(ByteView input)
{
    if (input.size() < kLengthBytes) return 0;
    const std::size_t length = loadU32(input, 0);
    if (length == 0) {
        if (input.size() < kHeartbeatBytes) return 0;
        takeHeartbeat(loadU64(input, kLengthBytes));
        return kHeartbeatBytes;
    }
    // Judged before its bytes are waited for, which would need memory.
    if (isDialer() || m_handshake.purpose() != Purpose::Link || length > m_options.frameBytesMax) {
        end({.isRefusal = true,
             .reason =
                 "it sent a frame of " + std::to_string(length) + " bytes, more than it may"});
        return 0;
    }
    if (input.size() < kLengthBytes + length) return 0;
    m_sink.received(input.subspan(kLengthBytes, length));
    return kLengthBytes + length;
}

void PeerSocket::shrinkInput()
{
    if (m_input.capacity() <= kKeptInputBytes || m_input.size() > kReadBytes) return;
    Buffer smaller;
    smaller.append(m_input.view());
    m_input.swap(smaller);
}

void PeerSocket::takeHeartbeat(std::uint64_t time)
{
    if (!isDialer()) {
        if (unsentBytes() < kBackflowBytesMax) writeHeartbeat(time);
    } else if (time != 0) {
        m_roundTrip = microsNow() - std::chrono::microseconds(time);
    }
}

void PeerSocket::beat()
{
    const auto beatsMax =
        (m_options.lossTimeout + m_options.heartbeat - std::chrono::milliseconds(1)) /
        m_options.heartbeat;
    if (m_silentBeats >= beatsMax) {
        return end({.reason = "nothing was heard for " + inMilliseconds(m_options.lossTimeout)});
    }
    m_silentBeats += 1;
    if (isDialer()) {
        writeHeartbeat(static_cast<std::uint64_t>(microsNow().count()));
    } else if (unsentBytes() < kBackflowBytesMax) {
        writeHeartbeat(0);
    }
}

void PeerSocket::writeHeartbeat(std::uint64_t time)
{
    m_gathered.appendBigEndian(std::uint32_t{0});
    m_gathered.appendBigEndian(time);
    flushLater();
}

void PeerSocket::send(ByteView frame)
{
    WARREN_CHECK(m_stage == Stage::Linked && isDialer());
    WARREN_CHECK(!frame.empty() && frame.size() <= m_options.frameBytesMax);
    m_gathered.appendBigEndian(static_cast<std::uint32_t>(frame.size()));
    if (frame.size() < kLargeFrameBytes) {
        m_gathered.append(frame);
        if (m_gathered.size() < kGatheredBytesMax) return flushLater();
        return flush();
    }
    // Its beginning goes with the length, so that no packet has only four bytes.
    constexpr std::size_t kBeginningBytes = kLargeFrameBytes / 2;
    m_gathered.append(frame.first(kBeginningBytes));
    flush();
    write(frame.subspan(kBeginningBytes));
}

std::size_t PeerSocket::unsentBytes() const
{
    return m_gathered.size() + static_cast<std::size_t>(m_socket.bytesToWrite());
}

void PeerSocket::flushLater()
{
    if (std::exchange(m_isFlushDue, true)) return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_isFlushDue = false;
            flush();
        },
        Qt::QueuedConnection);
}

void PeerSocket::flush()
{
    if (!isOpen()) return;
    write(m_gathered.view());
    m_gathered.clear();
}

void PeerSocket::writeHandshake()
{
    if (m_tls != nullptr && !m_tls->isEstablished()) return;
    Buffer& output = m_handshake.output();
    write(output.view());
    output.clear();
}

void PeerSocket::write(ByteView bytes)
{
    if (m_tls == nullptr) return writeToNetwork(bytes);
    while (!bytes.empty()) {
        const ByteView piece = bytes.first(std::min(bytes.size(), LinkTls::kEncryptBytes));
        bytes = bytes.subspan(piece.size());
        m_tls->send(piece, m_encrypted);
        if (m_tls->isOver()) {
            QMetaObject::invokeMethod(this, &PeerSocket::endTls, Qt::QueuedConnection);
            return m_encrypted.clear();
        }
        writeToNetwork(m_encrypted.view());
        m_encrypted.clear();
    }
}

void PeerSocket::writeToNetwork(ByteView bytes)
{
    if (bytes.empty()) return;
    const std::string_view text = textOf(bytes);
    if (m_socket.write(text.data(), static_cast<qint64>(text.size())) >= 0) return;
    // Later: the caller may be the owner, who is told nothing from inside its own call.
    QMetaObject::invokeMethod(this, &PeerSocket::fail, Qt::QueuedConnection);
}

void PeerSocket::fail()
{
    const auto error = m_socket.error();
    const bool isClosedByPeer = error == QAbstractSocket::RemoteHostClosedError;
    end({.isNobodyThere = error == QAbstractSocket::ConnectionRefusedError,
         .reason =
             isClosedByPeer ? "it closed the connection" : m_socket.errorString().toStdString()});
}

void PeerSocket::end(const ConnectionEnd& end)
{
    if (!isOpen()) return;
    close();
    m_sink.ended(end);
}

void PeerSocket::close()
{
    if (!isOpen()) return;
    m_stage = Stage::Ended;
    m_handshakeTimer.stop();
    m_heartbeat.stop();
    m_socket.disconnect(this);
    m_socket.abort();
}

}  // namespace warren::peer
