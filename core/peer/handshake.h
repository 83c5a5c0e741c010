#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/peer/cookie.h"
#include "core/peer/peer_identity.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace warren::peer {

/// Random, and never used twice.
using Nonce = std::array<std::byte, 32>;

/// Whether somebody whose first bytes these are speaks TLS.
bool beginsWithTls(ByteView beginning);

/// What a connection is dialled for.
enum class Purpose : std::uint8_t {
    Link = 0,
    Introduction = 1,  ///< to learn who is there; nothing follows the handshake
};

/// Two nodes prove to each other that they know the same cookie, and say who they are.
///
///     dialer → acceptor   hello
///     acceptor → dialer   0x00 hello proof  |  refusal
///     dialer → acceptor   0x00 proof        |  refusal
///     acceptor → dialer   0x00              |  refusal
///
///     hello   = "WARRENPEER" version:u16 purpose:u8 text(name) text(address) instance:u64 nonce
///     text(x) = length:u16 x
///     nonce   = 32 bytes
///     proof   = HMAC-SHA-256(cookie, ("acceptor" | "dialer") hello-of-dialer hello-of-acceptor)
///     refusal = code:u8 text(sentence)          ; code 1 to 5
///
/// Numbers are big-endian. Each proof covers both nonces, so a recorded one is worth nothing, and
/// the role, so one can't be sent back to who made it. Nothing later on the connection is signed or
/// encrypted by this: that is for TLS, inside of which it runs.
///
/// Pure: bytes in, bytes out; the owner has the socket, the clock and the random numbers.
/// Thread: one at a time.
class Handshake {
public:
    static constexpr std::uint16_t kVersion = 1;
    static constexpr std::size_t kBytesMax = 2048;  ///< what the other end may send
    static constexpr std::size_t kAddressBytesMax = 300;
    static constexpr std::size_t kSentenceBytesMax = 512;

    enum class Role { Dialer, Acceptor };
    enum class State { Busy, Done, Failed };
    enum class Refusal : std::uint8_t {
        Version = 1,
        Malformed = 2,
        OwnName = 3,
        WrongCookie = 4,
        Unwanted = 5,
    };
    /// What speaks against a node that has proven itself; empty if nothing does.
    using Objection = std::function<std::string(const PeerIdentity& peer)>;

    /// Has the dialer's hello to send at once.
    static Handshake dialer(PeerIdentity self, Cookie cookie, Nonce nonce, Purpose purpose,
                            Objection objection = {});
    static Handshake acceptor(PeerIdentity self, Cookie cookie, Nonce nonce,
                              Objection objection = {});

    /// Takes from the front of `input` what belongs to the handshake; what follows it stays there.
    State advance(Buffer& input);

    /// Refuses the other end for what was seen beside the handshake. @pre Busy
    /// @param reason  for here  @param forOther  the same in words for the other end
    void decline(std::string reason, std::string_view forOther);

    /// What is to be sent, in any state, a refusal for example. The owner empties it.
    Buffer& output() { return m_output; }

    Role role() const { return m_role; }
    State state() const { return m_state; }
    Purpose purpose() const { return m_purpose; }
    /// Who the other end says it is, proven if Done; without a name as long as it said nothing.
    const PeerIdentity& peer() const { return m_peer; }
    /// Why one of the two didn't want the other. @pre Failed
    const std::string& reason() const { return m_reason; }

private:
    enum class Step { AwaitHello, AwaitProof, AwaitAcceptance };
    struct Hello {
        PeerIdentity identity;
        Purpose purpose = Purpose::Link;
        std::size_t bytes = 0;
    };
    struct Fault {
        Refusal refusal = Refusal::Malformed;
        std::string reason;
    };
    /// nullopt: it isn't all there yet.
    using ParsedHello = Result<std::optional<Hello>, Fault>;

    Handshake(Role role, PeerIdentity self, Cookie cookie, Nonce nonce, Purpose purpose,
              Objection objection);

    static ParsedHello parseHello(ByteView input);
    bool takeStep(Buffer& input);
    bool takeHelloOfDialer(Buffer& input);
    bool takeHelloOfAcceptor(Buffer& input);
    bool takeProofOfDialer(Buffer& input);
    bool takeAcceptance(Buffer& input);
    /// Looks whether `input` begins with a refusal. @returns true if the step is not to be taken
    /// now
    bool isRefusedOrUnclear(ByteView input);
    bool acceptHello(const Hello& hello, ByteView bytes);
    bool acceptProof(ByteView claimed);

    void writeHello();
    void writeProof();
    std::array<ByteView, 3> proven(Role role) const;
    bool refuse(Refusal refusal, std::string reason);
    void writeRefusal(Refusal refusal, std::string_view sentence);
    void fail(std::string reason);
    std::string differingCookies() const;
    std::string sameName() const;

    Role m_role;
    Step m_step = Step::AwaitHello;
    State m_state = State::Busy;
    PeerIdentity m_self;
    PeerIdentity m_peer;
    Cookie m_cookie;
    Nonce m_nonce;
    Purpose m_purpose;
    Objection m_objection;
    std::string m_dialerHello;  // as sent: what the proofs are about
    std::string m_acceptorHello;
    Buffer m_output;
    std::string m_reason;
};

}  // namespace warren::peer
