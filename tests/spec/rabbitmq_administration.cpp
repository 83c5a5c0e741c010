#include "tests/spec/rabbitmq_administration.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

namespace warren::spec {

namespace {

constexpr std::chrono::milliseconds kPatience{10'000};
/// Queues and channels hear of a change shortly after the answer.
constexpr std::chrono::milliseconds kSpreading{60};

std::string base64(std::string_view bytes)
{
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= count ? kDigits[group >> (18 - 6 * i) & 63] : '=';
        }
    }
    return text;
}

/// One segment of a path.
std::string segment(std::string_view name)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string text;
    for (const char c : name) {
        const auto code = static_cast<unsigned char>(c);
        const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (isPlain) {
            text += c;
        } else {
            text += {'%', kDigits[code >> 4], kDigits[code & 15]};
        }
    }
    return "/" + text;
}

std::string json(std::string_view text)
{
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

std::string json(const amqp::FieldTable& table);

std::string json(const amqp::FieldValue& value)
{
    return std::visit(
        [](const auto& exact) -> std::string {
            using T = std::remove_cvref_t<decltype(exact)>;
            if constexpr (std::is_same_v<T, bool>) {
                return exact ? "true" : "false";
            } else if constexpr (std::is_arithmetic_v<T>) {
                return std::to_string(exact);
            } else if constexpr (std::is_same_v<T, std::string>) {
                return json(std::string_view(exact));
            } else if constexpr (std::is_same_v<T, amqp::FieldTable>) {
                return json(exact);
            } else if constexpr (std::is_same_v<T, amqp::FieldArray>) {
                std::string text;
                for (const amqp::FieldValue& element : exact) {
                    text += (text.empty() ? "" : ",") + json(element);
                }
                return "[" + text + "]";
            } else {
                return "null";
            }
        },
        value.value);
}

std::string json(const amqp::FieldTable& table)
{
    std::string text;
    for (const amqp::FieldTableEntry& entry : table) {
        text +=
            (text.empty() ? "" : ",") + json(std::string_view(entry.key)) + ":" + json(entry.value);
    }
    return "{" + text + "}";
}

/// "key":"value" of a word of the act.
std::string member(const AdminAct& act, std::string_view key)
{
    return json(key) + ":" + json(std::string_view(act.word(key)));
}

std::string policyBody(const AdminAct& act)
{
    return "{" + member(act, "pattern") +
           ",\"apply-to\":" + json(std::string_view(act.word("apply-to", "all"))) +
           ",\"priority\":" + act.word("priority", "0") +
           ",\"definition\":" + json(act.definition) + "}";
}

std::string permissionBody(const AdminAct& act, bool isForTopics)
{
    const std::string first = isForTopics ? member(act, "exchange") : member(act, "configure");
    return "{" + first + "," + member(act, "write") + "," + member(act, "read") + "}";
}

/// The limits that a line names, one path and value each.
std::map<std::string, std::string> limitsOf(const AdminAct& act)
{
    std::map<std::string, std::string> limits;
    for (const auto& [key, value] : act.words) {
        if (key.starts_with("max-")) limits[key] = value;
    }
    return limits;
}

}  // namespace

RabbitmqAdministration::RabbitmqAdministration(TcpTarget server, std::string_view credentials)
    : m_server(std::move(server)), m_authorization("Basic " + base64(credentials))
{
}

std::unique_ptr<RabbitmqAdministration> RabbitmqAdministration::parse(std::string_view url)
{
    constexpr std::string_view kScheme = "http://";
    const std::size_t at = url.rfind('@');
    if (!url.starts_with(kScheme) || at == std::string_view::npos) return nullptr;
    auto server = TcpTarget::parse(url.substr(at + 1));
    if (!server) return nullptr;
    return std::make_unique<RabbitmqAdministration>(
        std::move(*server), url.substr(kScheme.size(), at - kScheme.size()));
}

Status<Mismatch> RabbitmqAdministration::perform(const AdminAct& act)
{
    const std::string vhost = segment(act.vhost());
    const std::string user = segment(act.word("user"));
    const std::string name = segment(act.word("name"));
    if (act.name == "policy") return request("PUT", "/policies" + vhost + name, policyBody(act));
    if (act.name == "operator-policy") {
        return request("PUT", "/operator-policies" + vhost + name, policyBody(act));
    }
    if (act.name == "clear-policy") return request("DELETE", "/policies" + vhost + name, {});
    if (act.name == "clear-operator-policy") {
        return request("DELETE", "/operator-policies" + vhost + name, {});
    }
    if (act.name == "user") {
        return request("PUT", "/users" + name,
                       "{" + member(act, "password") + "," + member(act, "tags") + "}");
    }
    if (act.name == "delete-user") return request("DELETE", "/users" + name, {});
    if (act.name == "vhost") return request("PUT", "/vhosts" + name, "{}");
    if (act.name == "delete-vhost") return request("DELETE", "/vhosts" + name, {});
    if (act.name == "permission") {
        return request("PUT", "/permissions" + vhost + user, permissionBody(act, false));
    }
    if (act.name == "clear-permission") {
        return request("DELETE", "/permissions" + vhost + user, {});
    }
    if (act.name == "topic-permission") {
        return request("PUT", "/topic-permissions" + vhost + user, permissionBody(act, true));
    }
    if (act.name == "clear-topic-permission") {
        return request("DELETE", "/topic-permissions" + vhost + user, {});
    }
    if (act.name == "vhost-limit" || act.name == "user-limit") {
        const std::string path =
            act.name == "vhost-limit" ? "/vhost-limits" + vhost : "/user-limits" + user;
        for (const auto& [key, value] : limitsOf(act)) {
            if (auto status = request("PUT", path + "/" + key, "{\"value\":" + value + "}");
                !status) {
                return status;
            }
        }
        return {};
    }
    return Mismatch{.text = "there is no admin act '" + act.name + "'"};
}

Status<Mismatch> RabbitmqAdministration::request(std::string_view verb, const std::string& path,
                                                 const std::string& body)
{
    auto transport = m_server.connect();
    if (!transport) return Mismatch{.text = "no connection to the management"};
    std::string request(verb);
    request += " /api" + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    request += "Authorization: " + m_authorization + "\r\nContent-Type: application/json\r\n";
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    transport->send(bytesOf(request));
    Buffer answer;
    while (transport->receive(answer, kPatience) == Transport::Received::Bytes) {
    }
    const std::string_view text = textOf(answer.view());
    if (!text.starts_with("HTTP/1.1 2")) {
        return Mismatch{.text = std::string(verb) + " " + path + ": " + std::string(text)};
    }
    std::this_thread::sleep_for(kSpreading);
    return {};
}

}  // namespace warren::spec
