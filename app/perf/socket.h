#pragma once

#include "app/perf/failure.h"
#include "app/perf/uri.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"

#include <cstddef>

namespace warren::perf {

/// A client's TCP connection, non-blocking. Owns its descriptor; movable.
/// Thread: one at a time.
class Socket {
public:
    Socket() = default;
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { close(); }

    /// Connects, to the first address of the host that answers.
    /// @error Unreachable, Local
    static Result<Socket, Failure> connectTo(const Uri& uri, Instant deadline);

    bool isOpen() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }
    void close();

    /// Sends what the system takes now. @returns how many bytes @error Lost
    Result<std::size_t, Failure> send(ByteView bytes);
    /// Receives what is there. @returns how many bytes; 0 if there are none now @error Lost
    Result<std::size_t, Failure> receive(std::byte* to, std::size_t bytesMax);

    /// Waits for something to read, or for room to write. @returns false if the deadline came first
    bool waitReadable(Instant deadline) const;
    bool waitWritable(Instant deadline) const;

private:
    explicit Socket(int descriptor) : m_descriptor(descriptor) {}

    int m_descriptor = -1;
};

}  // namespace warren::perf
