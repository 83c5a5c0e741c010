#pragma once

#include "core/base/bytes.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace warren::test {

/// A client's TCP connection to this machine, non-blocking; the caller decides when to wait. A peer
/// that is gone shows as closed, never as an error.
///
/// Thread: one at a time.
class TcpSocket {
public:
    /// Connects to 127.0.0.1. isOpen() is false if nobody listens.
    explicit TcpSocket(std::uint16_t port);
    ~TcpSocket();
    TcpSocket(TcpSocket&& other) noexcept;
    TcpSocket& operator=(TcpSocket&& other) noexcept;
    TcpSocket(const TcpSocket&) = delete;
    TcpSocket& operator=(const TcpSocket&) = delete;

    /// Takes a connected socket over.
    static TcpSocket adopt(int descriptor);

    bool isOpen() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }

    /// Sends what the system takes now. @returns how many bytes that were
    std::size_t sendSome(ByteView bytes);
    /// Sends all of it, and reads nothing meanwhile.
    /// @returns false if the peer is gone or did not take it in time
    bool sendAll(ByteView bytes, std::chrono::milliseconds patience = std::chrono::seconds{20});

    /// Appends what is there, and closes if the peer has. @returns how many bytes came
    std::size_t receiveSome(Buffer& into);
    /// Waits for something to read, or for room to send if `wantsRoom`. A close counts as both.
    /// @returns false if nothing happened in time
    bool wait(std::chrono::milliseconds patience, bool wantsRoom = false) const;
    /// Reads and drops until the peer closes. @returns false if it does not
    bool awaitClose(std::chrono::milliseconds patience = std::chrono::seconds{20});

    /// Says that nothing more will be sent.
    void finishSending();
    void close();
    /// Closes as a machine does that fails: the peer sees a reset.
    void reset();

private:
    TcpSocket() = default;

    int m_descriptor = -1;
};

}  // namespace warren::test
