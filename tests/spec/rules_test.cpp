#include "tests/spec/script.h"
#include "tests/spec/script_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace warren::spec {
namespace {

/// Every named rule of the AMQP 0-9-1 XML: class, method and field that it is written at, then its
/// name.
constexpr std::string_view kRules[] = {
    "delivery-tag/channel-local",
    "delivery-tag/non-zero",
    "redelivered/implementation",
    "redelivered/hinting",
    "connection.start/protocol-name",
    "connection.start/server-support",
    "connection.start/client-support",
    "connection.start.server-properties/required-fields",
    "connection.start.locales/required-support",
    "connection.start-ok.client-properties/required-fields",
    "connection.start-ok.mechanism/security",
    "connection.start-ok.mechanism/validity",
    "connection.tune.frame-max/minimum",
    "connection.tune-ok.channel-max/upper-limit",
    "connection.tune-ok.frame-max/minimum",
    "connection.tune-ok.frame-max/upper-limit",
    "connection.open.virtual-host/separation",
    "connection.open.virtual-host/security",
    "connection.close/stability",
    "connection.close-ok/reporting",
    "channel.open/state",
    "channel.flow/initial-state",
    "channel.flow/bidirectional",
    "channel.flow/throttling",
    "channel.flow/expected-behaviour",
    "channel.close/stability",
    "channel.close-ok/reporting",
    "exchange/required-types",
    "exchange/recommended-types",
    "exchange/required-instances",
    "exchange/default-exchange",
    "exchange/default-access",
    "exchange/extensions",
    "exchange.declare/minimum",
    "exchange.declare.exchange/reserved",
    "exchange.declare.exchange/syntax",
    "exchange.declare.type/typed",
    "exchange.declare.type/support",
    "exchange.declare.passive/not-found",
    "exchange.declare.passive/equivalent",
    "exchange.declare.durable/support",
    "exchange.delete.exchange/exists",
    "exchange.delete.if-unused/in-use",
    "queue.declare/default-binding",
    "queue.declare/minimum-queues",
    "queue.declare.queue/default-name",
    "queue.declare.queue/reserved",
    "queue.declare.queue/syntax",
    "queue.declare.passive/passive",
    "queue.declare.passive/equivalent",
    "queue.declare.durable/persistence",
    "queue.declare.durable/types",
    "queue.declare.exclusive/types",
    "queue.declare.exclusive/exclusive",
    "queue.declare.auto-delete/pre-existence",
    "queue.bind/duplicates",
    "queue.bind/unique",
    "queue.bind/transient-exchange",
    "queue.bind/durable-exchange",
    "queue.bind/binding-count",
    "queue.bind.queue/queue-known",
    "queue.bind.queue/must-exist",
    "queue.bind.exchange/exchange-existence",
    "queue.bind.exchange/default-exchange",
    "queue.bind.routing-key/direct-exchange-key-matching",
    "queue.unbind/01",
    "queue.unbind.queue/queue-known",
    "queue.unbind.queue/must-exist",
    "queue.unbind.exchange/must-exist",
    "queue.unbind.exchange/default-exchange",
    "queue.purge/02",
    "queue.purge/03",
    "queue.purge.queue/queue-known",
    "queue.purge.queue/must-exist",
    "queue.delete/01",
    "queue.delete.queue/queue-known",
    "queue.delete.queue/must-exist",
    "queue.delete.if-unused/in-use",
    "queue.delete.if-empty/not-empty",
    "basic/01",
    "basic/02",
    "basic/03",
    "basic/04",
    "basic/05",
    "basic/06",
    "basic/07",
    "basic/08",
    "basic/09",
    "basic/10",
    "basic.qos.prefetch-size/01",
    "basic.qos.prefetch-count/01",
    "basic.consume/01",
    "basic.consume.consumer-tag/01",
    "basic.consume.consumer-tag/02",
    "basic.consume.exclusive/01",
    "basic.cancel/01",
    "basic.publish.exchange/must-exist",
    "basic.publish.exchange/default-exchange",
    "basic.publish.exchange/02",
    "basic.publish.exchange/03",
    "basic.publish.mandatory/01",
    "basic.publish.immediate/01",
    "basic.deliver/01",
    "basic.ack.multiple/exists",
    "basic.reject/01",
    "basic.reject/02",
    "basic.reject/03",
    "basic.reject.requeue/01",
    "basic.recover-async/01",
    "basic.recover/01",
    "tx/not multiple queues",
    "tx/not immediate",
    "tx/not mandatory",
    "tx.commit/transacted",
    "tx.rollback/transacted",
};

/// RabbitMQ's extensions that are ours too.
constexpr std::string_view kExtensions[] = {
    "extension/queue-arguments",
    "extension/queue-type-quorum",
    "extension/message-ttl",
    "extension/queue-expires",
    "extension/queue-length-limit",
    "extension/dead-letter-exchange",
    "extension/delivery-limit",
    "extension/delivery-count",
    "extension/priority-queue",
    "extension/single-active-consumer",
    "extension/consumer-priority",
    "extension/consumer-cancel-notify",
    "extension/consumer-timeout",
    "extension/exclusive-consumer",
    "extension/per-consumer-qos",
    "extension/publisher-confirms",
    "extension/publisher-nacks",
    "extension/basic-nack",
    "extension/direct-reply-to",
    "extension/sender-selected-distribution",
    "extension/validated-user-id",
    "extension/exchange-to-exchange-binding",
    "extension/alternate-exchange",
    "extension/exchange-types",
    "extension/authentication-failure-close",
    "extension/update-secret",
    "extension/policies",
    "extension/operator-policies",
    "extension/permissions",
    "extension/topic-permissions",
    "extension/vhosts",
    "extension/vhost-limits",
    "extension/user-limits",
};
constexpr std::string_view kExtensionLevel = "EXTENSION";

const std::filesystem::path kFolder = WARREN_SPEC_FOLDER;

std::string readFile(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Line {
    std::string level;
    std::string code;
    std::string shownBy;
};

/// rules.tsv by the name of the rule.
std::map<std::string, Line, std::less<>> readRules()
{
    std::map<std::string, Line, std::less<>> rules;
    std::istringstream file(readFile(kFolder / "rules.tsv"));
    for (std::string text; std::getline(file, text);) {
        if (text.starts_with('#')) continue;
        std::istringstream columns(text);
        std::string rule;
        Line line;
        std::getline(columns, rule, '\t');
        std::getline(columns, line.level, '\t');
        std::getline(columns, line.code, '\t');
        std::getline(columns, line.shownBy);
        EXPECT_TRUE(rules.emplace(rule, line).second) << "two lines for " << rule;
    }
    return rules;
}

/// "SCRIPT.NAME" of every conversation, with the rules that it names.
std::map<std::string, std::vector<std::string>> readConversations()
{
    std::map<std::string, std::vector<std::string>> conversations;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder / "scripts")) {
        const auto script = parseScript(readFile(entry.path()));
        EXPECT_TRUE(script) << entry.path();
        if (!script) continue;
        for (const Case& test : script->cases) {
            const std::string name = entry.path().stem().string() + "." + test.name;
            EXPECT_TRUE(conversations.emplace(name, test.rules).second) << "two of " << name;
        }
    }
    return conversations;
}

/// "SUITE.NAME" of every test in the sources of the tests.
std::set<std::string> readTests()
{
    const std::regex macro(R"(\nTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))");
    std::set<std::string> tests;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder.parent_path())) {
        if (entry.path().extension() != ".cpp") continue;
        const std::string text = readFile(entry.path());
        for (std::sregex_iterator at(text.begin(), text.end(), macro), end; at != end; ++at) {
            tests.insert((*at)[1].str() + "." + (*at)[2].str());
        }
    }
    return tests;
}

std::vector<std::string> words(const std::string& text)
{
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

/// "SCRIPT.*", and there are conversations of that script.
bool namesAScript(const std::string& name,
                  const std::map<std::string, std::vector<std::string>>& conversations)
{
    if (!name.ends_with(".*")) return false;
    const std::string prefix = name.substr(0, name.size() - 1);
    const auto first = conversations.lower_bound(prefix);
    return first != conversations.end() && first->first.starts_with(prefix);
}

TEST(Rules, EachHasALine)
{
    const auto rules = readRules();
    for (const std::string_view rule : kRules) {
        EXPECT_TRUE(rules.contains(rule)) << rule;
    }
    for (const std::string_view extension : kExtensions) {
        EXPECT_TRUE(rules.contains(extension)) << extension;
    }
    EXPECT_EQ(rules.size(), std::size(kRules) + std::size(kExtensions));
}

TEST(Rules, HaveALevelAndAReplyCode)
{
    const std::set<std::string> levels{"MUST",       "MUST NOT", "SHOULD",
                                       "SHOULD NOT", "MAY",      "MAY NOT"};
    for (const auto& [rule, line] : readRules()) {
        const bool isExtension = rule.starts_with("extension/");
        EXPECT_EQ(line.level == kExtensionLevel, isExtension) << rule;
        EXPECT_TRUE(isExtension || levels.contains(line.level)) << rule;
        EXPECT_TRUE(std::regex_match(line.code, std::regex("-|[345][0-9][0-9]"))) << rule;
    }
}

TEST(Rules, AreShownByWhatExistsOrDoNotApply)
{
    const auto conversations = readConversations();
    const auto tests = readTests();
    for (const auto& [rule, line] : readRules()) {
        if (line.shownBy.starts_with("n/a: ") && line.shownBy.size() > 5) continue;
        EXPECT_FALSE(line.shownBy.empty()) << rule;
        for (const std::string& name : words(line.shownBy)) {
            EXPECT_TRUE(conversations.contains(name) || tests.contains(name) ||
                        namesAScript(name, conversations))
                << rule << ": there is no " << name;
        }
    }
}

TEST(Rules, AreNamedByConversationsAsInTheTable)
{
    const auto rules = readRules();
    for (const auto& [conversation, names] : readConversations()) {
        for (const std::string& rule : names) {
            const auto line = rules.find(rule);
            ASSERT_NE(line, rules.end()) << conversation << " names " << rule;
            const auto shownBy = words(line->second.shownBy);
            EXPECT_NE(std::find(shownBy.begin(), shownBy.end(), conversation), shownBy.end())
                << conversation << " is missing at " << rule;
        }
    }
}

TEST(NotYet, NamesConversationsThatExist)
{
    const auto conversations = readConversations();
    for (const std::string& name : parseExceptions(readFile(kFolder / "not_yet.txt"))) {
        EXPECT_TRUE(conversations.contains(name) || namesAScript(name, conversations)) << name;
    }
}

bool isForOneProduct(const Case& test)
{
    return std::any_of(test.steps.begin(), test.steps.end(),
                       [](const Step& step) { return !step.product.empty(); });
}

TEST(Deviations, ListWhatConversationsDoDifferently)
{
    const std::regex firstColumn(R"(\n\| `(\w+\.\w+)` \|)");
    std::string table = readFile(kFolder / "deviations.md");
    table.resize(table.find("## From the specification"));
    std::set<std::string> listed;
    for (std::sregex_iterator at(table.begin(), table.end(), firstColumn), end; at != end; ++at) {
        listed.insert((*at)[1].str());
    }

    std::set<std::string> different;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder / "scripts")) {
        const auto script = parseScript(readFile(entry.path()));
        ASSERT_TRUE(script) << entry.path();
        for (const Case& test : script->cases) {
            if (isForOneProduct(test)) {
                different.insert(entry.path().stem().string() + "." + test.name);
            }
        }
    }
    EXPECT_EQ(listed, different);
}

}  // namespace
}  // namespace warren::spec
