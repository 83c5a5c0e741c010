#include "core/peer/handshake.h"

#include "core/base/check.h"

#include <algorithm>
#include <utility>

namespace warren::peer {
namespace {

constexpr std::string_view kMagic = "WARRENPEER";
constexpr std::size_t kVersionEnd = kMagic.size() + sizeof(std::uint16_t);
constexpr std::byte kGoOn{0};
constexpr std::size_t kHelloBytesMax = kVersionEnd + 1 + 2 + cluster::NodeName::kBytesMax + 2 +
                                       Handshake::kAddressBytesMax + 8 + sizeof(Nonce);
constexpr std::size_t kRefusalBytesMax = 1 + 2 + Handshake::kSentenceBytesMax;
// Each length is judged when it comes, so this is all that can have to be waited for.
static_assert(1 + kHelloBytesMax + sizeof(Proof) + kRefusalBytesMax <= Handshake::kBytesMax);

/// Reads fields from the front of bytes of which the end may not have come yet.
class PartialReader {
public:
    explicit PartialReader(ByteView bytes) : m_rest(bytes) {}

    bool isShort() const { return m_isShort; }
    std::size_t restBytes() const { return m_rest.size(); }

    ByteView take(std::size_t count)
    {
        m_isShort = m_isShort || m_rest.size() < count;
        if (m_isShort) return {};
        const ByteView taken = m_rest.first(count);
        m_rest = m_rest.subspan(count);
        return taken;
    }
    /// An integer; 0 if it isn't there.
    template <typename Unsigned>
    Unsigned number()
    {
        const ByteView bytes = take(sizeof(Unsigned));
        return bytes.empty() ? Unsigned{0} : loadBigEndian<Unsigned>(bytes.data());
    }

private:
    ByteView m_rest;
    bool m_isShort = false;
};

bool isPrintable(char c) { return c >= ' ' && c < 0x7F; }

bool isAddress(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return isPrintable(c) && c != ' '; });
}

/// What a stranger said, so that it can stand in a log.
std::string harmless(std::string_view text)
{
    std::string shown(text);
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return !isPrintable(c); }, '?');
    return shown;
}

void appendText(Buffer& out, std::string_view text)
{
    out.appendBigEndian(static_cast<std::uint16_t>(text.size()));
    out.append(text);
}

}  // namespace

bool beginsWithTls(ByteView beginning)
{
    constexpr std::byte kHandshakeRecord{22};  // Spec: RFC 8446 §5.1, ContentType
    return !beginning.empty() && beginning.front() == kHandshakeRecord;
}

Handshake Handshake::dialer(PeerIdentity self, Cookie cookie, Nonce nonce, Purpose purpose,
                            Objection objection)
{
    Handshake made(Role::Dialer, std::move(self), std::move(cookie), nonce, purpose,
                   std::move(objection));
    made.writeHello();
    return made;
}

Handshake Handshake::acceptor(PeerIdentity self, Cookie cookie, Nonce nonce, Objection objection)
{
    return Handshake(Role::Acceptor, std::move(self), std::move(cookie), nonce, Purpose::Link,
                     std::move(objection));
}

Handshake::Handshake(Role role, PeerIdentity self, Cookie cookie, Nonce nonce, Purpose purpose,
                     Objection objection)
    : m_role(role),
      m_self(std::move(self)),
      m_cookie(std::move(cookie)),
      m_nonce(nonce),
      m_purpose(purpose),
      m_objection(std::move(objection))
{
    WARREN_CHECK(m_self.address.size() <= kAddressBytesMax);
}

Handshake::State Handshake::advance(Buffer& input)
{
    while (m_state == State::Busy && takeStep(input)) {
    }
    return m_state;
}

/// @returns false if nothing can be done before more bytes come
bool Handshake::takeStep(Buffer& input)
{
    switch (m_step) {
    case Step::AwaitHello:
        return m_role == Role::Acceptor ? takeHelloOfDialer(input) : takeHelloOfAcceptor(input);
    case Step::AwaitProof: return takeProofOfDialer(input);
    case Step::AwaitAcceptance: return takeAcceptance(input);
    }
    return false;
}

bool Handshake::takeHelloOfDialer(Buffer& input)
{
    if (beginsWithTls(input.view())) {
        return refuse(Refusal::Malformed, "it uses TLS, and this node doesn't");
    }
    auto parsed = parseHello(input.view());
    if (!parsed) return refuse(parsed.error().refusal, std::move(parsed.error().reason));
    if (!parsed->has_value()) return false;
    const Hello& hello = **parsed;
    m_purpose = hello.purpose;
    if (!acceptHello(hello, input.view().first(hello.bytes))) return false;
    input.consume(hello.bytes);
    m_output.append(ByteView(&kGoOn, 1));
    writeHello();
    writeProof();
    m_step = Step::AwaitProof;
    return true;
}

bool Handshake::takeHelloOfAcceptor(Buffer& input)
{
    if (isRefusedOrUnclear(input.view())) return false;
    const ByteView afterSign = input.view().subspan(1);
    auto parsed = parseHello(afterSign);
    if (!parsed) return refuse(parsed.error().refusal, std::move(parsed.error().reason));
    if (!parsed->has_value()) return false;
    const Hello& hello = **parsed;
    if (afterSign.size() < hello.bytes + sizeof(Proof)) return false;
    if (hello.purpose != m_purpose) {
        return refuse(Refusal::Malformed, "it took the connection for another one");
    }
    if (!acceptHello(hello, afterSign.first(hello.bytes))) return false;
    if (!acceptProof(afterSign.subspan(hello.bytes, sizeof(Proof)))) return false;
    input.consume(1 + hello.bytes + sizeof(Proof));
    m_output.append(ByteView(&kGoOn, 1));
    writeProof();
    m_step = Step::AwaitAcceptance;
    return true;
}

bool Handshake::takeProofOfDialer(Buffer& input)
{
    if (isRefusedOrUnclear(input.view())) return false;
    if (input.size() < 1 + sizeof(Proof)) return false;
    if (!acceptProof(input.view().subspan(1, sizeof(Proof)))) return false;
    input.consume(1 + sizeof(Proof));
    m_output.append(ByteView(&kGoOn, 1));
    m_state = State::Done;
    return true;
}

bool Handshake::takeAcceptance(Buffer& input)
{
    if (isRefusedOrUnclear(input.view())) return false;
    input.consume(1);
    m_state = State::Done;
    return true;
}

bool Handshake::isRefusedOrUnclear(ByteView input)
{
    if (input.empty()) return true;
    if (input.front() == kGoOn) return false;
    // Judged by the first bytes, so that who speaks something else is not waited for.
    PartialReader reader(input);
    const auto code = reader.number<std::uint8_t>();
    const std::size_t textBytes = reader.number<std::uint16_t>();
    if (code > static_cast<std::uint8_t>(Refusal::Unwanted) || textBytes > kSentenceBytesMax) {
        refuse(Refusal::Malformed, "it doesn't speak as a node of Warren does");
        return true;
    }
    const ByteView text = reader.take(textBytes);
    if (reader.isShort()) return true;
    // Where both ends find the same, both say the same.
    if (Refusal{code} == Refusal::WrongCookie && m_peer.name) {
        fail(differingCookies());
    } else if (Refusal{code} == Refusal::OwnName) {
        fail(sameName());
    } else {
        fail("it refused this node: " + harmless(textOf(text)));
    }
    return true;
}

Handshake::ParsedHello Handshake::parseHello(ByteView input)
{
    const std::size_t shownBytes = std::min(input.size(), kMagic.size());
    if (textOf(input.first(shownBytes)) != kMagic.substr(0, shownBytes)) {
        return Fault{Refusal::Malformed, "it doesn't speak as a node of Warren does"};
    }
    if (input.size() < kVersionEnd) return std::optional<Hello>{};
    const auto version = loadU16(input, kMagic.size());
    if (version != kVersion) {
        return Fault{Refusal::Version, "version " + std::to_string(version) +
                                           " of the protocol between nodes meets version " +
                                           std::to_string(kVersion)};
    }
    PartialReader reader(input.subspan(kVersionEnd));
    const auto purpose = reader.number<std::uint8_t>();
    const std::size_t nameBytes = reader.number<std::uint16_t>();
    if (purpose > static_cast<std::uint8_t>(Purpose::Introduction) ||
        nameBytes > cluster::NodeName::kBytesMax) {
        return Fault{Refusal::Malformed, "its first words make no sense"};
    }
    const std::string_view name = textOf(reader.take(nameBytes));
    const std::size_t addressBytes = reader.number<std::uint16_t>();
    if (addressBytes > kAddressBytesMax)
        return Fault{Refusal::Malformed, "its address is too long"};
    const std::string_view address = textOf(reader.take(addressBytes));
    const auto instance = reader.number<std::uint64_t>();
    reader.take(sizeof(Nonce));
    if (reader.isShort()) return std::optional<Hello>{};

    auto parsedName = cluster::NodeName::parse(name);
    if (!parsedName) return Fault{Refusal::Malformed, harmless(parsedName.error())};
    if (!isAddress(address)) return Fault{Refusal::Malformed, "its address is not printable"};
    return std::optional{Hello{.identity = {std::move(*parsedName), std::string(address), instance},
                               .purpose = Purpose{purpose},
                               .bytes = input.size() - reader.restBytes()}};
}

bool Handshake::acceptHello(const Hello& hello, ByteView bytes)
{
    m_peer = hello.identity;
    if (m_peer.name == m_self.name) return refuse(Refusal::OwnName, sameName());
    (m_role == Role::Dialer ? m_acceptorHello : m_dialerHello) = textOf(bytes);
    return true;
}

bool Handshake::acceptProof(ByteView claimed)
{
    Proof proof;
    std::copy(claimed.begin(), claimed.end(), proof.begin());
    const Role prover = m_role == Role::Dialer ? Role::Acceptor : Role::Dialer;
    if (!m_cookie.isProof(proof, proven(prover))) {
        return refuse(Refusal::WrongCookie, differingCookies());
    }
    std::string objection = m_objection ? m_objection(m_peer) : std::string();
    if (!objection.empty()) return refuse(Refusal::Unwanted, std::move(objection));
    return true;
}

void Handshake::writeHello()
{
    Buffer hello;
    hello.append(kMagic);
    hello.appendBigEndian(kVersion);
    hello.appendBigEndian(static_cast<std::uint8_t>(m_purpose));
    appendText(hello, m_self.name.text());
    appendText(hello, m_self.address);
    hello.appendBigEndian(m_self.instance);
    hello.append(ByteView(m_nonce));
    (m_role == Role::Dialer ? m_dialerHello : m_acceptorHello) = textOf(hello.view());
    m_output.append(hello.view());
}

void Handshake::writeProof() { m_output.append(ByteView(m_cookie.proof(proven(m_role)))); }

/// What the one in that role proves to have seen.
std::array<ByteView, 3> Handshake::proven(Role role) const
{
    return {bytesOf(role == Role::Dialer ? "dialer" : "acceptor"), bytesOf(m_dialerHello),
            bytesOf(m_acceptorHello)};
}

/// @returns false, so that the step ends
bool Handshake::refuse(Refusal refusal, std::string reason)
{
    writeRefusal(refusal, reason);
    fail(std::move(reason));
    return false;
}

void Handshake::decline(std::string reason, std::string_view forOther)
{
    WARREN_CHECK(m_state == State::Busy);
    writeRefusal(Refusal::Unwanted, forOther);
    fail(std::move(reason));
}

void Handshake::writeRefusal(Refusal refusal, std::string_view sentence)
{
    m_output.appendBigEndian(static_cast<std::uint8_t>(refusal));
    appendText(m_output, sentence.substr(0, kSentenceBytesMax));
}

void Handshake::fail(std::string reason)
{
    m_reason = std::move(reason);
    m_state = State::Failed;
}

std::string Handshake::differingCookies() const
{
    return "the cookies of " + m_self.name.text() + " and " + m_peer.name.text() + " differ";
}

std::string Handshake::sameName() const { return "it calls itself " + m_self.name.text() + " too"; }

}  // namespace warren::peer
