#pragma once

#include "tests/spec/transport.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace warren::spec {

/// Any broker that listens on a TCP port.
class TcpTarget final : public Target {
public:
    TcpTarget(std::string host, std::uint16_t port);
    std::unique_ptr<Transport> connect() override;

    /// "host:port", or nothing if it is not of that form.
    static std::optional<TcpTarget> parse(std::string_view address);

private:
    std::string m_host;
    std::uint16_t m_port;
};

}  // namespace warren::spec
