#include "core/storage/sqlite_connection.h"

#include <QByteArray>
#include <QSqlError>
#include <QString>
#include <QUrl>
#include <QUrlQuery>
#include <QVariant>

#include <utility>

namespace warren::storage {

namespace {

// Primary result codes, https://www.sqlite.org/rescode.html
constexpr int kError = 1;  // SQL that does not fit the tables
constexpr int kPermission = 3;
constexpr int kBusy = 5;
constexpr int kLocked = 6;
constexpr int kReadOnlyFile = 8;
constexpr int kCorrupt = 11;
constexpr int kFull = 13;
constexpr int kCannotOpen = 14;
constexpr int kNotADatabase = 26;

IoError::Kind kindOf(int primaryCode)
{
    switch (primaryCode) {
    case kPermission:
    case kReadOnlyFile:
    case kCannotOpen: return IoError::Kind::NotWritable;
    case kBusy:
    case kLocked: return IoError::Kind::InUse;
    case kError:
    case kCorrupt:
    case kNotADatabase: return IoError::Kind::Damaged;
    case kFull: return IoError::Kind::DiskFull;
    default: return IoError::Kind::Failed;
    }
}

std::string sentence(const std::filesystem::path& file, IoError::Kind kind,
                     const std::string& detail)
{
    const std::string database = "The database " + file.string();
    switch (kind) {
    case IoError::Kind::NotWritable: return database + " cannot be opened: " + detail + ".";
    case IoError::Kind::InUse: return database + " is used by another program: " + detail + ".";
    case IoError::Kind::NewerVersion:
    case IoError::Kind::Damaged: return database + " is damaged: " + detail + ".";
    case IoError::Kind::DiskFull:
        return database + " cannot grow because the disk is full: " + detail + ".";
    case IoError::Kind::Failed: break;
    }
    return database + " failed: " + detail + ".";
}

int primaryCodeOf(const QSqlError& error)
{
    // Extended codes carry the primary one in their low byte.
    return error.nativeErrorCode().toInt() & 0xFF;
}

QString databaseName(const std::filesystem::path& file, SqliteConnection::Access access)
{
    QUrl url = QUrl::fromLocalFile(QString::fromStdString(file.string()));
    QUrlQuery query;
    switch (access) {
    case SqliteConnection::Access::ReadWriteCreate:
        query.addQueryItem(QStringLiteral("mode"), QStringLiteral("rwc"));
        break;
    case SqliteConnection::Access::ReadWrite:
        query.addQueryItem(QStringLiteral("mode"), QStringLiteral("rw"));
        break;
    case SqliteConnection::Access::ReadOnly:
        query.addQueryItem(QStringLiteral("mode"), QStringLiteral("ro"));
        break;
    case SqliteConnection::Access::Immutable:
        query.addQueryItem(QStringLiteral("mode"), QStringLiteral("ro"));
        query.addQueryItem(QStringLiteral("immutable"), QStringLiteral("1"));
        break;
    }
    url.setQuery(query);
    return QString::fromLatin1(url.toEncoded());
}

}  // namespace

IoError damagedDatabase(const std::filesystem::path& file, const std::string& what)
{
    return {.kind = IoError::Kind::Damaged, .text = sentence(file, IoError::Kind::Damaged, what)};
}

SqliteStatement::SqliteStatement(const SqliteConnection& connection, QSqlQuery query)
    : m_connection(&connection), m_query(std::move(query))
{
}

void SqliteStatement::bind(int place, std::int64_t value)
{
    m_query.bindValue(place, QVariant::fromValue<qlonglong>(value));
}

void SqliteStatement::bind(int place, std::uint64_t value)
{
    bind(place, static_cast<std::int64_t>(value));
}

void SqliteStatement::bind(int place, ByteView bytes)
{
    // A null QByteArray would be bound as NULL, an empty one as an empty blob.
    const auto* data = bytes.empty() ? "" : reinterpret_cast<const char*>(bytes.data());
    m_query.bindValue(place, QByteArray::fromRawData(data, static_cast<qsizetype>(bytes.size())));
}

void SqliteStatement::bind(int place, std::string_view text)
{
    m_query.bindValue(place, QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())));
}

void SqliteStatement::bindNull(int place)
{
    m_query.bindValue(place, QVariant{QMetaType{QMetaType::QByteArray}});
}

Status<IoError> SqliteStatement::run()
{
    if (!m_query.exec()) return m_connection->errorOf(m_query.lastError());
    m_query.finish();
    return {};
}

Status<IoError> SqliteStatement::start()
{
    if (!m_query.exec()) return m_connection->errorOf(m_query.lastError());
    return {};
}

Result<bool, IoError> SqliteStatement::next()
{
    if (m_query.next()) return true;
    const QSqlError error = m_query.lastError();
    m_query.finish();
    if (error.isValid()) return m_connection->errorOf(error);
    return false;
}

void SqliteStatement::finish() { m_query.finish(); }

std::int64_t SqliteStatement::integer(int column) const
{
    return m_query.value(column).toLongLong();
}

QByteArray SqliteStatement::bytes(int column) const { return m_query.value(column).toByteArray(); }

SqliteConnection::SqliteConnection(std::filesystem::path file)
    : m_file(std::move(file)),
      m_name(QStringLiteral("warren-%1").arg(reinterpret_cast<quintptr>(this), 0, 16))
{
}

SqliteConnection::~SqliteConnection() { QSqlDatabase::removeDatabase(m_name); }

Result<std::unique_ptr<SqliteConnection>, IoError> SqliteConnection::open(
    const std::filesystem::path& file, Access access)
{
    std::unique_ptr<SqliteConnection> connection{new SqliteConnection(file)};
    QSqlDatabase database =
        QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), connection->m_name);
    if (!database.isValid()) {
        return IoError{.kind = IoError::Kind::Failed,
                       .text = "Qt's driver for SQLite is not installed."};
    }
    database.setConnectOptions(QStringLiteral("QSQLITE_OPEN_URI;QSQLITE_BUSY_TIMEOUT=0"));
    database.setDatabaseName(databaseName(file, access));
    if (!database.open()) return connection->errorOf(database.lastError());
    return connection;
}

Result<SqliteStatement, IoError> SqliteConnection::prepare(const char* sql)
{
    QSqlQuery query{QSqlDatabase::database(m_name)};
    query.setForwardOnly(true);
    if (!query.prepare(QString::fromLatin1(sql))) return errorOf(query.lastError());
    return SqliteStatement{*this, std::move(query)};
}

Result<std::vector<SqliteStatement>, IoError> SqliteConnection::prepareAll(
    std::initializer_list<const char*> all)
{
    std::vector<SqliteStatement> prepared;
    for (const char* sql : all) {
        auto statement = prepare(sql);
        if (!statement) return statement.error();
        prepared.push_back(std::move(*statement));
    }
    return prepared;
}

Status<IoError> SqliteConnection::execute(const char* sql)
{
    QSqlQuery query{QSqlDatabase::database(m_name)};
    if (!query.exec(QString::fromLatin1(sql))) return errorOf(query.lastError());
    return {};
}

Status<IoError> SqliteConnection::executeToEnd(const char* sql)
{
    auto statement = prepare(sql);
    if (!statement) return statement.error();
    if (auto started = statement->start(); !started) return started;
    while (true) {
        auto hasRow = statement->next();
        if (!hasRow) return hasRow.error();
        if (!*hasRow) return {};
    }
}

Result<std::int64_t, IoError> SqliteConnection::queryInteger(const char* sql)
{
    auto statement = prepare(sql);
    if (!statement) return statement.error();
    if (auto started = statement->start(); !started) return started.error();
    auto hasRow = statement->next();
    if (!hasRow) return hasRow.error();
    return *hasRow ? statement->integer(0) : 0;
}

Result<bool, IoError> SqliteConnection::checkpointWal(WalCheckpoint mode)
{
    auto busy = queryInteger(mode == WalCheckpoint::Restart ? "PRAGMA wal_checkpoint(RESTART)"
                                                            : "PRAGMA wal_checkpoint(PASSIVE)");
    if (!busy) return busy.error();
    return *busy == 0;
}

IoError SqliteConnection::errorOf(const QSqlError& error) const
{
    const IoError::Kind kind = kindOf(primaryCodeOf(error));
    QString detail = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
    if (detail.endsWith(u'.')) detail.chop(1);
    return {.kind = kind, .text = sentence(m_file, kind, detail.toStdString())};
}

}  // namespace warren::storage
