#include "core/storage/data_folder.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace warren::storage {

namespace {

IoError notWritable(const std::filesystem::path& folder, int code)
{
    return {.kind = IoError::Kind::NotWritable,
            .text = "The data folder " + folder.string() +
                    " cannot be written: " + std::generic_category().message(code) + "."};
}

/// The process that wrote its number into the lock file; empty if none can be read.
std::string processIn(int lockDescriptor)
{
    std::array<char, 32> text{};
    const ssize_t count = ::pread(lockDescriptor, text.data(), text.size(), 0);
    if (count <= 0) return {};
    std::string_view digits{text.data(), static_cast<std::size_t>(count)};
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    return std::string{digits};
}

IoError inUse(const std::filesystem::path& folder, int lockDescriptor)
{
    const std::string process = processIn(lockDescriptor);
    return {.kind = IoError::Kind::InUse,
            .text = "The data folder " + folder.string() + " is already used by another Warren" +
                    (process.empty() ? "" : " (process " + process + ")") + "."};
}

/// Missing parents get the usual permissions; the folder itself is its owner's only.
int createFolder(const std::filesystem::path& folder)
{
    std::error_code error;
    if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
    if (error) return error.value();
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return errno;
    return 0;
}

/// @returns 0 or an error number
int writeOwnProcess(int lockDescriptor)
{
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lockDescriptor, 0) != 0) return errno;
    const ssize_t count = ::pwrite(lockDescriptor, text.data(), text.size(), 0);
    if (count < 0) return errno;
    return static_cast<std::size_t>(count) == text.size() ? 0 : ENOSPC;
}

}  // namespace

DataFolder::DataFolder(std::filesystem::path path, int lockDescriptor)
    : m_path(std::move(path)), m_lockDescriptor(lockDescriptor)
{
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : m_path(std::move(other.m_path)), m_lockDescriptor(std::exchange(other.m_lockDescriptor, -1))
{
}

DataFolder& DataFolder::operator=(DataFolder&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_lockDescriptor, other.m_lockDescriptor);
    return *this;
}

DataFolder::~DataFolder()
{
    // The file stays: removing it would race with somebody who has just opened it.
    if (m_lockDescriptor >= 0) ::close(m_lockDescriptor);
}

Result<DataFolder, IoError> DataFolder::open(const std::filesystem::path& folder)
{
    std::error_code error;
    const std::filesystem::path path = std::filesystem::absolute(folder, error).lexically_normal();
    if (error) return notWritable(folder, error.value());

    std::filesystem::path trimmed = path;
    if (!trimmed.has_filename()) trimmed = trimmed.parent_path();  // it ended with a slash
    if (const int code = createFolder(trimmed); code != 0) return notWritable(trimmed, code);

    const std::filesystem::path lockFile = trimmed / "warren.lock";
    const int descriptor =
        ::open(lockFile.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return notWritable(trimmed, errno);

    DataFolder locked{trimmed, descriptor};
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return inUse(trimmed, descriptor);
        return notWritable(trimmed, errno);
    }
    if (::access(trimmed.c_str(), W_OK | X_OK) != 0) return notWritable(trimmed, errno);
    if (const int code = writeOwnProcess(descriptor); code != 0) return notWritable(trimmed, code);
    return locked;
}

}  // namespace warren::storage
