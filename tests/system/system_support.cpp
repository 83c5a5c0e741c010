#include "tests/system/system_support.h"

#include "core/base/check.h"
#include "tests/support/wire_client.h"

#include <QCryptographicHash>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

namespace warren::test {

namespace {

/// Runs one statement. @returns the first value of the answer, or what went wrong
std::string query(const std::filesystem::path& file, const std::string& sql)
{
    const QString name = QStringLiteral("of the test");
    std::string answer;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(QString::fromStdString(file.string()));
        if (!database.open()) return database.lastError().text().toStdString();
        QSqlQuery statement(database);
        if (!statement.exec(QString::fromStdString(sql))) {
            answer = statement.lastError().text().toStdString();
        } else if (statement.next()) {
            answer = statement.value(0).toString().toStdString();
        }
    }
    QSqlDatabase::removeDatabase(name);
    return answer;
}

}  // namespace

TemporaryFolder::TemporaryFolder() : m_path(m_folder.path().toStdString())
{
    WARREN_CHECK(m_folder.isValid());
}

std::unique_ptr<NodeProcess> launchNode(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& launcher)
{
    return std::make_unique<NodeProcess>(WARREN_NODE, arguments, launcher);
}

std::unique_ptr<NodeProcess> startNode(const std::vector<std::string>& arguments,
                                       const std::vector<std::string>& launcher)
{
    auto node = launchNode(arguments, launcher);
    if (!node->awaitReady()) throw WireError("the node did not start:\n" + node->errorText());
    return node;
}

std::unique_ptr<NodeProcess> startNodeOn(const std::filesystem::path& dataFolder)
{
    return startNode({"--data", dataFolder.string()});
}

int stop(NodeProcess& node)
{
    node.signal(SIGTERM);
    return node.awaitEnd();
}

void writeFile(const std::filesystem::path& file, std::string_view content)
{
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream << content;
    WARREN_CHECK(stream.good());
}

std::string contentOf(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::map<std::string, std::string> hashesOf(const std::filesystem::path& folder)
{
    std::map<std::string, std::string> hashes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().filename() == "warren.lock") continue;
        const QByteArray hash = QCryptographicHash::hash(
            QByteArray::fromStdString(contentOf(entry.path())), QCryptographicHash::Sha256);
        hashes[entry.path().lexically_relative(folder)] = hash.toHex().toStdString();
    }
    return hashes;
}

std::filesystem::path databaseIn(const std::filesystem::path& dataFolder)
{
    for (const auto& entry : std::filesystem::directory_iterator(dataFolder)) {
        if (contentOf(entry.path()).starts_with("SQLite format 3")) return entry.path();
    }
    return {};
}

std::string integrityOf(const std::filesystem::path& dataFolder)
{
    const TemporaryFolder copy;
    // A socket that a killed node has left can't be copied.
    for (const auto& entry : std::filesystem::directory_iterator(dataFolder)) {
        if (!entry.is_regular_file()) continue;
        std::filesystem::copy(entry.path(), copy.path() / entry.path().filename());
    }
    return query(databaseIn(copy.path()), "PRAGMA integrity_check");
}

void changeDatabase(const std::filesystem::path& dataFolder, const std::string& sql)
{
    const std::string problem = query(databaseIn(dataFolder), sql);
    if (!problem.empty()) throw WireError(sql + ": " + problem);
}

std::uint64_t chooseSeed()
{
    const char* wanted = std::getenv("WARREN_TEST_SEED");
    const std::uint64_t seed =
        wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : std::random_device{}();
    std::printf("WARREN_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

std::string bytesFrom(std::uint64_t number, std::size_t count)
{
    Prng random(number);
    std::string bytes(count, '\0');
    for (std::size_t at = 0; at < count; at += sizeof(std::uint64_t)) {
        const std::uint64_t word = random.next();
        std::memcpy(bytes.data() + at, &word, std::min(sizeof word, count - at));
    }
    return bytes;
}

bool becomesTrue(const std::function<bool()>& holds, std::chrono::milliseconds patience)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
}

}  // namespace warren::test
