#pragma once

#include "core/storage/definition_codec.h"
#include "core/storage/sqlite_schema.h"
#include "core/storage/sqlite_store.h"
#include "core/storage/store_batch.h"
#include "tests/unit/storage/operations.h"

#include <QByteArray>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What the tests of the store on disk do with its files.
namespace warren::test {

inline storage::StoreOptions optionsFor(const std::filesystem::path& databaseFile)
{
    storage::StoreOptions options;
    options.databaseFile = databaseFile;
    return options;
}

/// What the definitions of the tests are in, though none of them wants to see it.
inline broker::VhostDefinition vhostOfTests() { return {"/", "of the tests"}; }

/// Creates the database with that vhost, if there is none.
void provideVhost(const std::filesystem::path& databaseFile);

/// A store on disk with what stands before it: operations in, batches written.
class StoreOnDisk {
public:
    /// Opens the store, which is expected to succeed.
    explicit StoreOnDisk(storage::StoreOptions options)
    {
        provideVhost(options.databaseFile);
        auto opened = storage::SqliteStore::open(std::move(options));
        EXPECT_TRUE(opened.isOk()) << (opened.isOk() ? "" : opened.error().text);
        if (!opened.isOk()) std::abort();
        store = std::move(*opened);
        recovered = store->takeRecovered();
        std::erase_if(recovered.definitions, [](const broker::CatalogueChange& one) {
            const auto* vhost = std::get_if<broker::PutVhost>(&one);
            return vhost != nullptr && vhost->vhost == vhostOfTests();
        });
        m_builder = storage::BatchBuilder{recovered.lastPosition};
        m_nextPosition = recovered.lastPosition + 1;
    }
    explicit StoreOnDisk(const std::filesystem::path& databaseFile)
        : StoreOnDisk(optionsFor(databaseFile))
    {
    }

    /// Positions as the broker gives them.
    broker::LogPosition nextPosition() { return m_nextPosition++; }

    /// Writes these operations in as few batches as they make. @returns how it ended
    template <typename... Operations>
    Status<storage::IoError> write(Operations... each)
    {
        return writeAll(operations(std::move(each)...));
    }
    Status<storage::IoError> writeAll(std::vector<broker::StoredOperation> list)
    {
        m_builder.add(std::move(list));
        while (!m_builder.isEmpty()) {
            const storage::StoreBatch batch = m_builder.take();
            if (auto done = store->write(batch); !done) return done;
            m_committed = std::max(m_committed, batch.lastPosition);
        }
        return {};
    }

    /// Everything that came before this position and not after it is durable, since this was
    /// opened.
    broker::LogPosition committed() const { return m_committed; }

    std::unique_ptr<storage::SqliteStore> store;
    storage::RecoveredState recovered;

private:
    storage::BatchBuilder m_builder;
    broker::LogPosition m_nextPosition = 1;
    broker::LogPosition m_committed = 0;
};

/// Bodies as `described` shows them, without positions.
inline std::vector<std::string> bodiesOf(const storage::RecoveredState& state)
{
    std::vector<std::string> bodies;
    for (const storage::RecoveredMessage& one : state.messages) {
        bodies.emplace_back(textOf(one.message->body()));
    }
    return bodies;
}

/// The value that a query in the file gives, as text.
inline std::string queried(const std::filesystem::path& file, const char* sql)
{
    const QString name = QStringLiteral("test-query");
    std::string value;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setDatabaseName(QString::fromStdString(file.string()));
        EXPECT_TRUE(database.open());
        QSqlQuery query(database);
        EXPECT_TRUE(query.exec(QString::fromLatin1(sql))) << query.lastError().text().toStdString();
        if (query.next()) value = query.value(0).toString().toStdString();
    }
    QSqlDatabase::removeDatabase(name);
    return value;
}

inline std::string contentsOf(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Everything in a folder by name, but for the shared memory of a write-ahead log.
inline std::map<std::string, std::string> filesOf(const std::filesystem::path& folder)
{
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with("-shm")) files[name] = contentsOf(entry.path());
    }
    return files;
}

inline void provideVhost(const std::filesystem::path& databaseFile)
{
    if (std::filesystem::exists(databaseFile)) return;
    if (!storage::createDatabase(databaseFile).isOk()) return;  // the test will see why
    const storage::DefinitionRow row = storage::rowOf(vhostOfTests());
    const auto hex = [](const std::string& bytes) {
        return QByteArray::fromStdString(bytes).toHex().toStdString();
    };
    const std::string sql = "INSERT INTO definition VALUES(1, x'" + hex(row.key) + "', x'" +
                            hex(row.value) + "', NULL)";
    (void)queried(databaseFile, sql.c_str());
}

}  // namespace warren::test
