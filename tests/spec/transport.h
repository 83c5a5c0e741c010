#pragma once

#include "core/base/bytes.h"

#include <chrono>
#include <memory>

namespace warren::spec {

/// One client's stream of bytes to and from the broker under test.
class Transport {
public:
    enum class Received {
        Bytes,    ///< something was appended
        Closed,   ///< the broker closed its side
        Nothing,  ///< the patience is over
    };

    virtual ~Transport() = default;

    /// Sends all of it. A peer that is gone is noticed by the next receive.
    virtual void send(ByteView bytes) = 0;

    /// Waits until bytes come, the broker closes, or `patience` has passed. A broker in the same
    /// process may let its virtual time pass instead.
    virtual Received receive(Buffer& into, std::chrono::milliseconds patience) = 0;
};

/// A broker to talk to.
class Target {
public:
    virtual ~Target() = default;
    /// A new connection, or nullptr if the broker takes none.
    virtual std::unique_ptr<Transport> connect() = 0;
};

}  // namespace warren::spec
