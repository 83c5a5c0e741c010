#pragma once

#include "core/base/bytes.h"
#include "core/storage/checksum.h"

#include <QByteArray>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Writes a database as version 1 of the format had it, byte by byte, without the code that reads
/// it: a file that an earlier release of the program left.
namespace warren::test {

class Version1File {
public:
    struct Entry {
        std::uint64_t queue = 0;  ///< 0: a slot without a message
        std::uint64_t sequence = 0;
        std::string body{};
        int priority = -1;  ///< -1: none
    };

    explicit Version1File(const std::filesystem::path& file)
    {
        m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), kName);
        m_database.setDatabaseName(QString::fromStdString(file.string()));
        EXPECT_TRUE(m_database.open());
        for (const char* sql :
             {"PRAGMA page_size=65536", "PRAGMA auto_vacuum=INCREMENTAL",
              "PRAGMA application_id=1465012814", "PRAGMA user_version=1",
              "CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
              "CREATE TABLE definition(kind INTEGER NOT NULL, key BLOB NOT NULL,"
              " value BLOB NOT NULL, source BLOB, PRIMARY KEY(kind, key)) WITHOUT ROWID",
              "CREATE INDEX binding_by_source ON definition(source) WHERE source IS NOT NULL",
              "CREATE TABLE segment(id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
              "CREATE TABLE body(id INTEGER PRIMARY KEY, checksum INTEGER NOT NULL,"
              " data BLOB NOT NULL)",
              "CREATE TABLE settled(id INTEGER PRIMARY KEY, bitmap BLOB NOT NULL)",
              "CREATE TABLE mark(queue INTEGER PRIMARY KEY, up_to INTEGER NOT NULL)",
              "INSERT INTO meta VALUES('clean_shutdown', 1), ('last_queue_id', 9),"
              " ('position_limit', 1000)",
              "PRAGMA journal_mode=WAL"}) {
            execute(sql);
        }
    }
    ~Version1File()
    {
        m_database.close();
        m_database = {};
        QSqlDatabase::removeDatabase(kName);
    }
    Version1File(const Version1File&) = delete;
    Version1File& operator=(const Version1File&) = delete;

    void execute(const char* sql)
    {
        QSqlQuery query(m_database);
        EXPECT_TRUE(query.exec(QString::fromLatin1(sql))) << query.lastError().text().toStdString();
    }

    /// Key, value and source in hexadecimal digits.
    void put(int kind, const std::string& key, const std::string& value = {},
             const std::string& source = {})
    {
        const std::string sql = "INSERT INTO definition VALUES(" + std::to_string(kind) + ", x'" +
                                key + "', x'" + value + "', " +
                                (source.empty() ? "NULL" : "x'" + source + "'") + ")";
        execute(sql.c_str());
    }

    void putSegment(std::uint64_t id, const std::vector<Entry>& entries)
    {
        QByteArray index;
        QByteArray records;
        const Entry* previous = nullptr;
        int offset = 0;
        for (const Entry& entry : entries) {
            if (entry.queue == 0) {
                index.append(24, '\0');
                continue;
            }
            if (previous == nullptr || previous->body != entry.body) {
                offset = static_cast<int>(records.size());
                records += recordOf(entry);
            }
            previous = &entry;
            index += bigEndian(entry.queue, 8) + bigEndian(entry.sequence, 8) +
                     bigEndian(static_cast<std::uint64_t>(offset), 4) +
                     bigEndian(static_cast<std::uint64_t>(records.size() - offset), 4);
        }
        const auto viewOf = [](const QByteArray& bytes) {
            return bytesOf({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        };
        const auto checksum = storage::segmentChecksum(viewOf(index), viewOf(records));
        insert("INSERT INTO segment VALUES(?, ?)", {static_cast<qlonglong>(id), index});
        insert("INSERT INTO body VALUES(?, ?, ?)",
               {static_cast<qlonglong>(id), static_cast<qlonglong>(checksum), records});
    }

private:
    static inline const QString kName = QStringLiteral("version-1");

    static QByteArray bigEndian(std::uint64_t value, int count)
    {
        QByteArray bytes;
        for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
            bytes.append(static_cast<char>((value >> shift) & 0xFF));
        }
        return bytes;
    }

    /// Exchange "amq.direct", routing key "key", persistent.
    static QByteArray recordOf(const Entry& entry)
    {
        QByteArray properties = QByteArray::fromHex("100002");
        if (entry.priority >= 0) {
            properties = QByteArray::fromHex("180002") + static_cast<char>(entry.priority);
        }
        return QByteArray(
                   "\x0A"
                   "amq.direct\x03"
                   "key\x01") +
               bigEndian(static_cast<std::uint64_t>(properties.size()), 4) + properties +
               QByteArray::fromStdString(entry.body);
    }

    void insert(const char* sql, const QVariantList& values)
    {
        QSqlQuery query(m_database);
        EXPECT_TRUE(query.prepare(QString::fromLatin1(sql)));
        for (const QVariant& value : values) {
            query.addBindValue(value);
        }
        EXPECT_TRUE(query.exec()) << query.lastError().text().toStdString();
    }

    QSqlDatabase m_database;
};

}  // namespace warren::test
