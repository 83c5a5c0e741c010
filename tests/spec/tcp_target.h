#pragma once

#include "tests/spec/administration.h"
#include "tests/spec/transport.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::spec {

/// Any broker that listens on a TCP port.
class TcpTarget final : public Target {
public:
    TcpTarget(std::string host, std::uint16_t port);
    std::unique_ptr<Transport> connect() override;
    Administration* administration() override { return m_administration.get(); }
    bool provide(const std::string& setting) override;
    void pass(std::chrono::milliseconds duration) override;

    void setAdministration(std::unique_ptr<Administration> administration);
    /// What the broker was started with.
    void setSettings(std::vector<std::string> settings);

    /// "host:port", or nothing if it is not of that form.
    static std::optional<TcpTarget> parse(std::string_view address);

private:
    std::string m_host;
    std::uint16_t m_port;
    std::unique_ptr<Administration> m_administration;
    std::vector<std::string> m_settings;
};

}  // namespace warren::spec
