#pragma once

#include "core/base/bytes.h"

#include <chrono>
#include <memory>
#include <string>

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

class Administration;

/// A broker to talk to.
class Target {
public:
    virtual ~Target() = default;
    /// A new connection, or nullptr if the broker takes none.
    virtual std::unique_ptr<Transport> connect() = 0;
    /// Whom `admin` lines ask; nullptr: nobody can be asked.
    virtual Administration* administration() { return nullptr; }
    /// Whether the broker runs with this setting ("consumer-timeout=1000"). One that can still be
    /// set takes it over.
    virtual bool provide([[maybe_unused]] const std::string& setting) { return false; }
    /// Lets time pass for the broker.
    virtual void pass(std::chrono::milliseconds duration) = 0;
};

}  // namespace warren::spec
