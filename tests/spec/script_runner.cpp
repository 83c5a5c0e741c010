#include "tests/spec/script_runner.h"

#include "core/amqp/frame_writer.h"
#include "core/amqp/protocol_header.h"
#include "tests/spec/administration.h"
#include "tests/spec/peer.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace warren::spec {

namespace {

/// In an edit: stands for the line that it is about.
constexpr const char* kKeepLine = "\x01keep";

std::string placeOf(const std::string& connection, ChannelNumber channel)
{
    return (connection == "a" ? "" : connection + ":") + std::to_string(channel);
}

std::string formatEvent(const Event& event, const std::string& connection, Variables& variables)
{
    std::string line = "S " + placeOf(connection, event.channel) + " ";
    line += event.method.name;
    const auto append = [&](std::string_view name, const WireValue& value) {
        line += ' ';
        line += name;
        const std::string text = format(value, variables);
        if (text != "true") line += "=" + text;
    };
    for (const WireField& field : event.method.fields) {
        if (isZero(field.value)) continue;
        const auto* text = std::get_if<std::string>(&field.value);
        const bool isGenerated =
            text != nullptr && (text->starts_with("amq.gen-") || text->starts_with("amq.ctag-"));
        const bool isKnown = text != nullptr && std::any_of(variables.begin(), variables.end(),
                                                            [&](const auto& variable) {
                                                                return variable.second == *text;
                                                            });
        if (isGenerated && !isKnown) {
            variables.emplace("generated" + std::to_string(variables.size()), *text);
        }
        append(field.name, field.value);
    }
    for (const WireField& property : event.properties) {
        append(property.name, property.value);
    }
    if (event.body && event.body->size() > 200 &&
        *event.body == generatedText(event.body->size())) {
        line += " body-bytes=" + std::to_string(event.body->size());
    } else if (event.body && !event.body->empty()) {
        append("body", *event.body);
    }
    return line;
}

/// Names that a case declares, so that they can be deleted.
struct Names {
    std::set<std::string> queues;
    std::set<std::string> exchanges;
};

void collectNames(const std::vector<Step>& steps, Variables& variables, Names& names)
{
    for (const Step& step : steps) {
        for (std::uint64_t i = step.first; !step.variable.empty() && i <= step.last; ++i) {
            variables[step.variable] = std::to_string(i);
            collectNames(step.steps, variables, names);
        }
        for (const Field& field : step.fields) {
            const auto name = expand(field.value.text, variables);
            if (!name || name->empty() || name->starts_with("amq.")) continue;
            if (step.method == "queue.declare" && field.name == "queue") {
                names.queues.insert(*name);
            }
            if (step.method == "exchange.declare" && field.name == "exchange") {
                names.exchanges.insert(*name);
            }
        }
    }
}

/// What takes back the act of an administrator; nothing: something else takes it along.
std::optional<AdminAct> reversed(const AdminAct& act)
{
    if (act.name == "policy" || act.name == "operator-policy") {
        return AdminAct{.name = "clear-" + act.name, .words = act.words};
    }
    if (act.name == "user" || act.name == "vhost") {
        return AdminAct{.name = "delete-" + act.name, .words = act.words};
    }
    return std::nullopt;
}

Result<AdminAct, Mismatch> actOf(const Step& step, const Variables& variables)
{
    AdminAct act{.name = step.method};
    for (const Field& field : step.fields) {
        if (field.value.kind == Value::Kind::Table) {
            auto table = tableOf(field.value, variables);
            if (!table) return table.error();
            act.definition = std::move(*table);
        } else {
            auto word = expand(field.value.text, variables);
            if (!word) return word.error();
            act.words[field.name] = std::move(*word);
        }
    }
    return act;
}

bool hasAdmin(const std::vector<Step>& steps)
{
    return std::any_of(steps.begin(), steps.end(), [](const Step& step) {
        return step.verb == Step::Verb::Admin || hasAdmin(step.steps);
    });
}

/// An act that the administrator can't do; empty: there is none.
std::string unknownAct(const std::vector<Step>& steps, const Administration& administration)
{
    for (const Step& step : steps) {
        if (step.verb == Step::Verb::Admin && !administration.knows(step.method)) {
            return step.method;
        }
        std::string inner = unknownAct(step.steps, administration);
        if (!inner.empty()) return inner;
    }
    return {};
}

/// Takes back what administrators did. What was done already is not found, and that is fine.
void takeBack(const std::vector<Step>& steps, Administration& administration)
{
    for (const Step& step : steps) {
        if (step.verb != Step::Verb::Admin) continue;
        const auto act = actOf(step, {});
        const auto reverse = act ? reversed(*act) : std::nullopt;
        if (reverse) (void)administration.perform(*reverse);
    }
}

/// Deletes what conversations leave behind, over a connection of its own.
class Cleaner {
public:
    Cleaner(Target& target, std::chrono::milliseconds patience) : m_patience(patience)
    {
        auto transport = target.connect();
        if (!transport) return;
        m_peer.emplace(std::move(transport));
        if (!m_peer->logIn({}, patience)) m_peer.reset();
    }

    void deleteAll(const Names& names)
    {
        if (!m_peer) return;
        openChannel();
        for (const std::string& queue : names.queues) {
            deleteQueue(queue);
        }
        for (const std::string& exchange : names.exchanges) {
            amqp::appendMethod(m_out, 1, amqp::ExchangeDelete{.exchange = exchange});
            if (!ask("exchange.delete-ok")) openChannel();
        }
        (void)m_peer->logOut(m_patience);  // nothing depends on it
    }

private:
    /// An exclusive queue is locked until the broker has seen its connection close.
    void deleteQueue(const std::string& queue)
    {
        const auto deadline = std::chrono::steady_clock::now() + m_patience;
        do {
            amqp::appendMethod(m_out, 1, amqp::QueueDelete{.queue = queue});
            if (ask("queue.delete-ok")) return;
            openChannel();
        } while (std::chrono::steady_clock::now() < deadline && !m_peer->isClosed());
    }
    void openChannel()
    {
        amqp::appendMethod(m_out, 1, amqp::ChannelOpen{});
        (void)ask("channel.open-ok");  // if not, the next request fails too
    }
    bool ask(std::string_view answer)
    {
        m_peer->send(m_out.view());
        m_out.clear();
        const auto event = m_peer->next(1, m_patience);
        if (event && event->method.name == answer) return true;
        amqp::appendMethod(m_out, 1, amqp::ChannelCloseOk{});
        return false;
    }

    std::chrono::milliseconds m_patience;
    std::optional<Peer> m_peer;
    Buffer m_out;
};

class Runner {
public:
    Runner(Target& target, const RunOptions& options) : m_target(target), m_options(options) {}

    Outcome run(const Case& test)
    {
        if (test.startsConnected) start();
        for (const Step& step : test.steps) {
            execute(step);
            if (m_failure) break;
        }
        if (!m_failure) finish(test);
        return {.failure = std::move(m_failure), .edits = std::move(m_edits)};
    }

private:
    void start()
    {
        Step connect;
        connect.verb = Step::Verb::Connect;
        connect.connection = "a";
        execute(connect);
        if (m_failure) return;
        Peer& peer = *m_peers.at("a");
        Buffer out;
        amqp::appendMethod(out, 1, amqp::ChannelOpen{});
        peer.send(out.view());
        const auto event = peer.next(1, m_options.patience);
        if (!event || event->method.name != "channel.open-ok") {
            m_failure = "channel 1 does not open";
        }
    }

    /// What nobody expected is a failure; and nobody may have anything more to say.
    void finish(const Case& test)
    {
        if (m_options.isRecording) recordRest(test.endLine);
        for (auto& [name, peer] : m_peers) {
            std::string extra = peer->leftOver();
            if (extra.empty() && peer->isOpen() && !peer->isClosed()) {
                extra = peer->logOut(m_options.patience).value_or("");
            }
            if (!extra.empty() && !m_failure) {
                m_failure = "at its end: unexpected on connection " + name + ": " + extra;
            }
        }
    }

    void execute(const Step& step)
    {
        if (!step.product.empty() && step.product != m_options.product) return;
        if (m_options.isRecording && !m_isRepeating && isActive(step.verb)) recordRest(step.line);
        switch (step.verb) {
        case Step::Verb::Connect: connect(step); break;
        case Step::Verb::Socket: openSocket(step); break;
        case Step::Verb::Disconnect: m_peers.erase(step.connection); break;
        case Step::Verb::Repeat: repeat(step); break;
        case Step::Verb::Wait: m_target.pass(std::chrono::milliseconds(step.first)); break;
        case Step::Verb::Admin: administrate(step); break;
        case Step::Verb::Send:
        case Step::Verb::SendHeader:
        case Step::Verb::SendBody:
        case Step::Verb::SendFrame:
        case Step::Verb::SendBytes:
        case Step::Verb::Expect:
        case Step::Verb::ExpectBytes:
        case Step::Verb::ExpectClose:
        case Step::Verb::ExpectConfirms: talk(step); break;
        }
    }

    static bool isActive(Step::Verb verb)
    {
        switch (verb) {
        case Step::Verb::Connect:
        case Step::Verb::Socket:
        case Step::Verb::Disconnect:
        case Step::Verb::Send:
        case Step::Verb::SendHeader:
        case Step::Verb::SendBody:
        case Step::Verb::SendFrame:
        case Step::Verb::SendBytes:
        case Step::Verb::Wait:
        case Step::Verb::Admin:
        case Step::Verb::Repeat: return true;
        case Step::Verb::Expect:
        case Step::Verb::ExpectBytes:
        case Step::Verb::ExpectClose:
        case Step::Verb::ExpectConfirms: return false;
        }
        return false;
    }

    /// A step on a connection that is there.
    void talk(const Step& step)
    {
        const auto found = m_peers.find(step.connection);
        if (found == m_peers.end()) return fail(step, "no connection " + step.connection);
        Peer& peer = *found->second;
        switch (step.verb) {
        case Step::Verb::Send:
            check(step, peer.send(step.channel, step.method, step.fields, m_variables));
            break;
        case Step::Verb::SendHeader:
            check(step, peer.sendContentHeader(step.channel, step.fields, m_variables));
            break;
        case Step::Verb::SendBody:
            peer.sendFrame(static_cast<std::uint8_t>(amqp::FrameType::Body), step.channel,
                           bytesOf(step.bytes));
            break;
        case Step::Verb::SendFrame:
            peer.sendFrame(step.frameType, step.channel, bytesOf(step.bytes));
            break;
        case Step::Verb::SendBytes: peer.send(bytesOf(step.bytes)); break;
        case Step::Verb::Expect: expect(step, peer); break;
        case Step::Verb::ExpectBytes: {
            const std::string got = peer.nextBytes(step.bytes.size(), m_options.patience);
            if (got != step.bytes) fail(step, "got " + formatText(got));
            break;
        }
        case Step::Verb::ExpectClose:
            m_recordedCloses.insert(step.connection);
            if (!peer.awaitClose(m_options.patience)) {
                fail(step, peer.isClosed() ? "got before it: " + peer.leftOver()
                                           : "the connection stays open " + peer.leftOver());
            }
            break;
        case Step::Verb::ExpectConfirms: expectConfirms(step, peer); break;
        case Step::Verb::Connect:
        case Step::Verb::Socket:
        case Step::Verb::Disconnect:
        case Step::Verb::Wait:
        case Step::Verb::Admin:
        case Step::Verb::Repeat: break;  // not here
        }
    }

    void administrate(const Step& step)
    {
        Administration* administration = m_target.administration();
        if (administration == nullptr) return fail(step, "nobody can be asked");
        auto act = actOf(step, m_variables);
        if (!act) return fail(step, act.error().text);
        const bool isRefused = act->words.erase("refused") > 0;
        const auto status = administration->perform(*act);
        if (isRefused && status) return fail(step, "it is not refused");
        if (!isRefused) check(step, status);
    }

    void openSocket(const Step& step)
    {
        auto transport = m_target.connect();
        if (!transport) return fail(step, "no connection to the broker");
        m_peers[step.connection] = std::make_unique<Peer>(std::move(transport));
    }

    void connect(const Step& step)
    {
        Login login;
        for (const Field& field : step.fields) {
            const std::string& text = field.value.text;
            if (field.name == "user") {
                login.user = text;
            } else if (field.name == "password") {
                login.password = text;
            } else if (field.name == "virtual-host") {
                login.virtualHost = text;
            } else if (field.name == "channel-max") {
                login.channelMax = static_cast<std::uint16_t>(std::stoul(text));
            } else if (field.name == "frame-max") {
                login.frameMax = static_cast<std::uint32_t>(std::stoul(text));
            } else if (field.name == "heartbeat") {
                login.heartbeat = static_cast<std::uint16_t>(std::stoul(text));
            } else if (field.name == "until") {
                login.until = text;
            } else if (field.name == "capabilities") {
                login.hasCapabilities = text == "true";
            } else {
                return fail(step, "connect has no '" + field.name + "'");
            }
        }
        openSocket(step);
        if (m_failure) return;
        check(step, m_peers.at(step.connection)->logIn(login, m_options.patience));
    }

    void repeat(const Step& step)
    {
        m_isRepeating = true;
        for (std::uint64_t i = step.first; i <= step.last && !m_failure; ++i) {
            m_variables[step.variable] = std::to_string(i);
            for (const Step& inner : step.steps) {
                execute(inner);
                if (m_failure) break;
            }
        }
        m_variables.erase(step.variable);
        m_isRepeating = false;
    }

    void expect(const Step& step, Peer& peer)
    {
        const bool isRecording = m_options.isRecording && !m_isRepeating;
        const auto patience = isRecording ? m_options.settling * 4 : m_options.patience;
        const auto event = peer.next(step.channel, patience, step.method == "heartbeat");
        if (!event && isRecording) {
            m_edits[step.line];  // the line goes
            return;
        }
        if (!event) {
            return fail(step,
                        peer.isClosed() ? "the broker closed the connection" : "nothing came");
        }
        Variables variables = m_variables;
        const auto mismatch = differenceTo(step, *event, variables);
        if (!mismatch) {
            m_variables = std::move(variables);
        } else if (isRecording) {
            m_edits[step.line] = {formatEvent(*event, step.connection, m_variables)};
        } else {
            fail(step, *mismatch + "; got: " + formatEvent(*event, step.connection, m_variables));
        }
    }

    /// What is different, or nothing.
    std::optional<std::string> differenceTo(const Step& step, const Event& event,
                                            Variables& variables) const
    {
        if (event.method.name != step.method) return step.method + " expected";
        std::set<std::string, std::less<>> known;
        const auto compare = [&](const WireField& got) -> bool {
            bool isMentioned = false;
            for (const Field& field : step.fields) {
                if (field.name != got.name) continue;
                isMentioned = true;
                if (!matches(field.value, got.value, variables)) return false;
            }
            known.emplace(got.name);
            return isMentioned || isZero(got.value);
        };
        for (const WireField& argument : event.method.fields) {
            if (!compare(argument)) return "differs in " + std::string(argument.name);
        }
        for (const WireField& property : event.properties) {
            const bool isMentioned =
                std::any_of(step.fields.begin(), step.fields.end(),
                            [&](const Field& field) { return field.name == property.name; });
            if (!isMentioned || !compare(property)) {
                return "differs in " + std::string(property.name);
            }
        }
        if (event.body && !compareBody(step, *event.body, variables)) return "differs in its body";
        for (const Field& field : step.fields) {
            const bool isBody = event.body && (field.name == "body" || field.name == "body-bytes");
            if (!isBody && !known.contains(field.name)) return "there is no " + field.name;
        }
        return std::nullopt;
    }

    static bool compareBody(const Step& step, const std::string& body, Variables& variables)
    {
        for (const Field& field : step.fields) {
            if (field.name == "body") return matches(field.value, body, variables);
            if (field.name == "body-bytes") {
                return body == generatedText(std::stoul(field.value.text));
            }
        }
        return body.empty();
    }

    void expectConfirms(const Step& step, Peer& peer)
    {
        std::set<std::uint64_t> missing;
        for (std::uint64_t tag = step.first; tag <= step.last; ++tag) {
            missing.insert(tag);
        }
        while (!missing.empty()) {
            const auto event = peer.next(step.channel, m_options.patience);
            if (!event) return fail(step, std::to_string(missing.size()) + " confirms are missing");
            if (event->method.name != "basic.ack") {
                return fail(step, "got: " + formatEvent(*event, step.connection, m_variables));
            }
            const auto tag = std::get<std::uint64_t>(event->method.fields[0].value);
            const bool isMultiple = std::get<bool>(event->method.fields[1].value);
            if (!missing.contains(tag)) {
                return fail(step, "confirms " + std::to_string(tag) + " without need");
            }
            const auto from = isMultiple ? missing.begin() : missing.find(tag);
            missing.erase(from, missing.upper_bound(tag));
        }
    }

    /// Recording: writes what came before a line of the script.
    void recordRest(std::size_t line)
    {
        std::vector<std::string> before;
        for (auto& [name, peer] : m_peers) {
            while (const auto event = peer->nextAny(m_options.settling)) {
                if (event->method.name == "heartbeat") continue;
                before.push_back(formatEvent(*event, name, m_variables));
            }
            if (peer->isClosed() && m_recordedCloses.insert(name).second) {
                before.push_back("expect close" + (name == "a" ? "" : " " + name));
            }
        }
        if (before.empty()) return;
        // The line itself stays, behind what came before it.
        before.emplace_back(kKeepLine);
        m_edits[line] = std::move(before);
    }

    void check(const Step& step, const Status<Mismatch>& status)
    {
        if (!status) fail(step, status.error().text);
    }

    void fail(const Step& step, const std::string& text)
    {
        if (!m_failure) m_failure = "line " + std::to_string(step.line + 1) + ": " + text;
    }

    Target& m_target;
    const RunOptions& m_options;
    std::map<std::string, std::unique_ptr<Peer>> m_peers;
    Variables m_variables;
    Edits m_edits;
    std::set<std::string> m_recordedCloses;
    std::optional<std::string> m_failure;
    bool m_isRepeating = false;
};

}  // namespace

std::optional<std::string> obstacleTo(const Case& test, Target& target)
{
    for (const std::string& setting : test.needs) {
        if (!target.provide(setting)) return "it needs " + setting;
    }
    const Administration* administration = target.administration();
    if (hasAdmin(test.steps) && administration == nullptr) return "it needs an administrator";
    const std::string act =
        administration == nullptr ? std::string() : unknownAct(test.steps, *administration);
    if (!act.empty()) return "its administrator can't do '" + act + "'";
    return std::nullopt;
}

Outcome run(const Case& test, Target& target, const RunOptions& options)
{
    Administration* administration = hasAdmin(test.steps) ? target.administration() : nullptr;
    if (administration != nullptr) takeBack(test.steps, *administration);
    Names names;
    Variables variables;
    collectNames(test.steps, variables, names);
    const bool hasNames = !names.queues.empty() || !names.exchanges.empty();
    if (hasNames) Cleaner(target, options.patience).deleteAll(names);
    Outcome outcome = Runner(target, options).run(test);
    if (administration != nullptr) takeBack(test.steps, *administration);
    if (hasNames) Cleaner(target, options.patience).deleteAll(names);
    return outcome;
}

Exceptions parseExceptions(std::string_view text)
{
    Exceptions exceptions;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        if (!line.empty() && line[0] != '#') exceptions.emplace_back(line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return exceptions;
}

bool isException(std::string_view name, const Exceptions& exceptions)
{
    return std::any_of(exceptions.begin(), exceptions.end(), [&](const std::string& exception) {
        if (!exception.ends_with(".*")) return exception == name;
        return name.starts_with(std::string_view(exception).substr(0, exception.size() - 1));
    });
}

std::string productOf(Target& target)
{
    auto transport = target.connect();
    if (!transport) return {};
    Peer peer(std::move(transport));
    peer.send(amqp::kProtocolHeader);
    (void)peer.next(0, std::chrono::seconds(10));  // the product is empty if nothing came
    return peer.product();
}

std::string applyEdits(const Script& script, const Edits& edits)
{
    std::string text;
    for (std::size_t i = 0; i <= script.lines.size(); ++i) {
        const auto edit = edits.find(i);
        const bool isLine = i < script.lines.size();
        if (edit == edits.end()) {
            if (isLine) text += script.lines[i] + "\n";
            continue;
        }
        for (const std::string& line : edit->second) {
            if (line != kKeepLine) {
                text += line + "\n";
            } else if (isLine) {
                text += script.lines[i] + "\n";
            }
        }
    }
    return text;
}

}  // namespace warren::spec
