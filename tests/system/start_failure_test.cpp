#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// A node that cannot start says why in one sentence, ends with the documented code, and leaves
// everything as it was.

namespace warren::test {

namespace {

struct Failure {
    int code = 0;
    std::vector<std::string> errors{};  ///< lines of standard error that are no news
};

Failure failureOf(NodeProcess& node)
{
    EXPECT_FALSE(node.awaitReady());
    EXPECT_EQ(node.readyLine(), "") << "nothing may be said on standard output";
    Failure failure{.code = node.awaitEnd()};
    std::istringstream lines(node.errorText());
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" info ") == std::string::npos) failure.errors.push_back(line);
    }
    return failure;
}

/// One line that says `words`, and the exit code.
void expectFailure(NodeProcess& node, int code, std::string_view words)
{
    const Failure failure = failureOf(node);
    EXPECT_EQ(failure.code, code);
    ASSERT_EQ(failure.errors.size(), 1u) << node.errorText();
    EXPECT_NE(failure.errors.front().find(words), std::string::npos) << failure.errors.front();
}

/// A data folder with a durable queue and some messages in it.
void fill(const std::filesystem::path& folder)
{
    auto node = startNodeOn(folder);
    WireClient client(node->amqpPort());
    client.openChannel(1);
    client.selectConfirms(1);
    client.declareDurableQueue(1, "q");
    for (std::uint64_t i = 1; i <= 300; ++i) {
        client.publish(1, {.routingKey = "q"}, persistent(), bytesFrom(i, 3000));
    }
    while (client.await<amqp::BasicAck>(1).as<amqp::BasicAck>().deliveryTag < 300) {
    }
    EXPECT_EQ(stop(*node), 0);
}

/// Changes bytes in the middle of a file.
void overwrite(const std::filesystem::path& file, std::streamoff at, std::string_view bytes)
{
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(at);
    stream << bytes;
    ASSERT_TRUE(stream.good());
}

struct Damage {
    const char* name;
    std::function<void(const std::filesystem::path& database)> inflict;
};

void PrintTo(const Damage& damage, std::ostream* to) { *to << damage.name; }

class DamagedDatabase : public ::testing::TestWithParam<Damage> {};

std::vector<Damage> damages()
{
    return {
        {"Emptied", [](const auto& file) { std::filesystem::resize_file(file, 0); }},
        {"CutInTheHeader", [](const auto& file) { std::filesystem::resize_file(file, 50); }},
        {"CutInTheMiddle",
         [](const auto& file) {
             std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
         }},
        {"Text", [](const auto& file) { writeFile(file, std::string(100'000, 'x')); }},
        {"ForeignDatabase",
         [](const auto& file) { changeDatabase(file.parent_path(), "PRAGMA application_id=1"); }},
        {"FirstPageOverwritten",
         [](const auto& file) { overwrite(file, 100, std::string(20'000, '\x55')); }},
        {"PagesOverwritten",
         [](const auto& file) {
             const auto size = static_cast<std::streamoff>(std::filesystem::file_size(file));
             for (std::streamoff at = 65'536; at < size; at += 65'536) {
                 overwrite(file, at, std::string(4'096, '\x55'));
             }
         }},
        {"ABitOfAMessage",
         [](const auto& file) {
             // The body of message 200 is somewhere in it, as it was sent.
             const std::string content = contentOf(file);
             const std::size_t at = content.find(bytesFrom(200, 3000).substr(0, 1000));
             ASSERT_NE(at, std::string::npos);
             const char flipped = static_cast<char>(content[at + 500] ^ 1);
             overwrite(file, static_cast<std::streamoff>(at + 500), std::string(1, flipped));
         }},
    };
}

}  // namespace

TEST(StartFailure, NamesThePortThatIsInUse)
{
    const TemporaryFolder folder;
    fill(folder.path());
    const auto before = hashesOf(folder.path());
    auto other = startNode({"--ephemeral"});
    const std::string port = std::to_string(other->amqpPort());

    auto node = launchNode({"--data", folder.path().string(), "--amqp-port", port});

    expectFailure(*node, 7, port);
    EXPECT_EQ(hashesOf(folder.path()), before);
}

TEST(StartFailure, MakesNoDatabaseWhenThePortIsInUse)
{
    const TemporaryFolder folder;
    auto other = startNode({"--ephemeral"});
    const std::string port = std::to_string(other->amqpPort());

    auto node = launchNode({"--data", (folder / "new").string(), "--amqp-port", port});

    expectFailure(*node, 7, port);
    EXPECT_TRUE(hashesOf(folder.path()).empty());
}

TEST(StartFailure, SaysThatAnAddressIsNotOfThisMachine)
{
    auto node = launchNode({"--ephemeral", "--listen", "192.0.2.1"});
    expectFailure(*node, 7, "192.0.2.1");
}

TEST(StartFailure, SaysThatAFileIsWhereTheDataFolderShouldBe)
{
    const TemporaryFolder folder;
    writeFile(folder / "file", "precious");
    auto node = launchNode({"--data", (folder / "file").string()});
    expectFailure(*node, 3, (folder / "file").string());
    EXPECT_EQ(contentOf(folder / "file"), "precious");
}

TEST(StartFailure, SaysThatTheDataFolderCannotBeCreated)
{
    auto node = launchNode({"--data", "/proc/warren"});
    expectFailure(*node, 3, "/proc/warren");
}

TEST(StartFailure, LetsOneInstanceAloneUseAFolder)
{
    const TemporaryFolder folder;
    fill(folder.path());
    auto first = startNodeOn(folder.path());
    const auto before = hashesOf(folder.path());

    auto second = launchNode({"--data", folder.path().string()});

    expectFailure(*second, 4, std::to_string(first->pid()));
    EXPECT_EQ(hashesOf(folder.path()), before);
    WireClient client(first->amqpPort());
    client.openChannel(1);
    EXPECT_EQ(client.messageCount(1, "q"), 300u) << "the first one goes on";
}

TEST(StartFailure, LeavesADatabaseOfANewerVersionAlone)
{
    const TemporaryFolder folder;
    fill(folder.path());
    changeDatabase(folder.path(), "PRAGMA user_version=999");
    const auto before = hashesOf(folder.path());

    auto node = launchNode({"--data", folder.path().string()});

    expectFailure(*node, 5, "newer version");
    EXPECT_EQ(hashesOf(folder.path()), before);
}

TEST_P(DamagedDatabase, IsRefusedAndLeftAsItIs)
{
    const TemporaryFolder folder;
    fill(folder.path());
    const std::filesystem::path file = databaseIn(folder.path());
    GetParam().inflict(file);
    const auto before = hashesOf(folder.path());

    auto node = launchNode({"--data", folder.path().string()});

    expectFailure(*node, 6, file.string());
    EXPECT_EQ(hashesOf(folder.path()), before);
}

INSTANTIATE_TEST_SUITE_P(Kinds, DamagedDatabase, ::testing::ValuesIn(damages()),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(StartFailure, DoesNotMistakeAMissingDatabaseForADamagedOne)
{
    const TemporaryFolder folder;
    fill(folder.path());
    std::filesystem::remove(databaseIn(folder.path()));
    auto node = startNodeOn(folder.path());
    WireClient client(node->amqpPort());
    client.openChannel(1);
    EXPECT_EQ(client.declareQueue(1, {.queue = "q", .durable = true}), 0u);
}

TEST(StartFailure, RefusesWrongOptions)
{
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--no-such-option"},
                                                      {"--amqp-port", "66000"},
                                                      {"--log-level", "loud"},
                                                      {"--node-name", "nameless"},
                                                      {"surplus"},
                                                      {"--ephemeral", "--data", "somewhere"}}) {
        SCOPED_TRACE(arguments.front());
        auto node = launchNode(arguments);
        const Failure failure = failureOf(*node);
        EXPECT_EQ(failure.code, 2);
        EXPECT_EQ(failure.errors.size(), 1u) << node->errorText();
    }
}

}  // namespace warren::test
