#include "core/node/log.h"

#include <gtest/gtest.h>

#include <array>
#include <gmock/gmock.h>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace warren::node {
namespace {

using ::testing::MatchesRegex;
using Level = Logger::Level;

std::string lastTextOf(const Logger& logger)
{
    return logger.linesAfter(0).back().text.toStdString();
}

/// A logger that writes nowhere.
class LoggerTest : public ::testing::Test {
protected:
    Logger m_logger{Level::Info, -1};
};

TEST_F(LoggerTest, WritesTheSentenceAndItsFields)
{
    m_logger.info("Connection accepted", {{"peer", "127.0.0.1:50000"}, {"channels", 3}});

    EXPECT_EQ(lastTextOf(m_logger), "Connection accepted peer=127.0.0.1:50000 channels=3");
}

TEST_F(LoggerTest, TakesFieldsOfEveryKind)
{
    m_logger.info("Kinds", {{"text", std::string{"a"}},
                            {"qt", QStringLiteral("b")},
                            {"yes", true},
                            {"large", std::uint64_t{18446744073709551615u}},
                            {"negative", -1}});

    EXPECT_EQ(lastTextOf(m_logger),
              "Kinds text=a qt=b yes=true large=18446744073709551615 "
              "negative=-1");
}

TEST_F(LoggerTest, QuotesValuesThatNeedIt)
{
    m_logger.info("Quoting", {{"empty", ""}, {"spaces", "a b"}, {"quotes", "a\"b\\"}});

    EXPECT_EQ(lastTextOf(m_logger), R"(Quoting empty="" spaces="a b" quotes="a\"b\\")");
}

TEST_F(LoggerTest, TextFromOutsideCannotForgeALine)
{
    m_logger.warning("Client\nsaid", {{"name", "x\n2026-01-01 error All lost\x1b[31m"}});

    EXPECT_EQ(lastTextOf(m_logger),
              R"(Client\x0asaid name="x\x0a2026-01-01 error All lost\x1b[31m")");
}

TEST_F(LoggerTest, NeverShowsASecret)
{
    m_logger.info("Login", {{"user", "alice"}, {"password", "sesame"}});

    EXPECT_EQ(lastTextOf(m_logger), "Login user=alice password=***");
}

TEST_F(LoggerTest, CutsLongLinesBetweenCharacters)
{
    // The limit falls between the two bytes of the first ö.
    std::string name(Logger::kLineBytesMax - 1 - std::string_view{"Name n="}.size(), 'x');
    name += "\xc3\xb6\xc3\xb6";
    m_logger.info("Name", {{"n", name}});

    const std::string text = lastTextOf(m_logger);
    EXPECT_EQ(text.size(), Logger::kLineBytesMax - 1 + std::string_view{" …"}.size());
    EXPECT_TRUE(text.ends_with("x …"));
}

TEST_F(LoggerTest, DropsWhatIsLessImportantThanTheThreshold)
{
    m_logger.debug("Detail");
    EXPECT_EQ(m_logger.lastSequence(), 0u);

    m_logger.info("News");
    m_logger.error("Trouble");
    EXPECT_EQ(m_logger.lastSequence(), 2u);
}

TEST_F(LoggerTest, KeepsTheLastLinesOnly)
{
    for (std::size_t i = 0; i < Logger::kKeptLinesMax + 5; ++i) {
        m_logger.info("Line");
    }

    const auto lines = m_logger.linesAfter(0);
    ASSERT_EQ(lines.size(), Logger::kKeptLinesMax);
    EXPECT_EQ(lines.front().sequence, 6u);
    EXPECT_EQ(lines.back().sequence, Logger::kKeptLinesMax + 5);
    EXPECT_EQ(m_logger.linesAfter(Logger::kKeptLinesMax + 3).size(), 2u);
    EXPECT_TRUE(m_logger.linesAfter(Logger::kKeptLinesMax + 5).empty());
}

TEST_F(LoggerTest, TellsItsListener)
{
    std::vector<management::LogRow> heard;
    m_logger.setListener([&](const management::LogRow& line) { heard.push_back(line); });
    m_logger.warning("Disk nearly full");
    m_logger.setListener({});
    m_logger.warning("Unheard");

    ASSERT_EQ(heard.size(), 1u);
    EXPECT_EQ(heard[0].level, Level::Warning);
    EXPECT_EQ(heard[0].text, QStringLiteral("Disk nearly full"));
}

TEST(LoggerOutput, IsOneLinePerEventWithTimeAndLevel)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    Logger logger(Level::Info, ends[1]);

    logger.error("Storage failed", {{"code", 13}});

    std::array<char, 256> chunk{};
    const ssize_t size = ::read(ends[0], chunk.data(), chunk.size());
    ASSERT_GT(size, 0);
    EXPECT_THAT(std::string(chunk.data(), static_cast<std::size_t>(size)),
                MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9:]+\\.[0-9]+(Z|[-+][0-9]+:[0-9]+) error "
                             "Storage failed code=13\n"));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(LoggerThreads, EveryLineArrivesWhole)
{
    Logger logger(Level::Info, -1);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&logger, t] {
            for (int i = 0; i < 200; ++i) {
                logger.info("Line", {{"thread", t}, {"i", i}});
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }

    EXPECT_EQ(logger.linesAfter(0).size(), 800u);
    EXPECT_EQ(logger.lastSequence(), 800u);
}

}  // namespace
}  // namespace warren::node
