#include "core/peer/cookie.h"

#include "core/net/file_descriptor.h"

#include <QByteArray>
#include <QMessageAuthenticationCode>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace warren::peer {
namespace {

using net::FileDescriptor;

constexpr mode_t kCookieMode = 0600;
constexpr mode_t kModeOfOthers = 0077;

std::string sentence(const std::filesystem::path& file, const std::string& what)
{
    return "The cookie file " + file.string() + ' ' + what + '.';
}

std::string systemSentence(const std::filesystem::path& file, const char* what, int code)
{
    return sentence(file, std::string(what) + ": " + std::generic_category().message(code));
}

std::string octal(mode_t mode)
{
    std::string digits;
    for (int shift = 9; shift >= 0; shift -= 3) {
        digits += static_cast<char>('0' + ((mode >> shift) & 7U));
    }
    return digits;
}

std::string randomText()
{
    std::array<quint32, 8> random;
    QRandomGenerator::system()->fillRange(random.data(), static_cast<qsizetype>(random.size()));
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : std::as_bytes(std::span(random))) {
        text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
        text += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return text;
}

/// @returns 0 or an error number
int writeAll(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor) == 0 ? 0 : errno;
}

/// Makes the file with all its text at once, so that nobody reads half a cookie and a crash leaves
/// none. @returns 0, also if somebody else was faster, or an error number
int createFile(const std::filesystem::path& file)
{
    std::filesystem::path draft = file;
    draft += ".new-" + randomText().substr(0, 16);
    const FileDescriptor descriptor(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kCookieMode));
    if (!descriptor.isOpen()) return errno;
    int code = writeAll(descriptor.get(), randomText() + '\n');
    if (code == 0 && ::link(draft.c_str(), file.c_str()) != 0 && errno != EEXIST) code = errno;
    ::unlink(draft.c_str());
    if (code != 0) return code;

    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.isOpen()) return errno;
    return ::fsync(opened.get()) == 0 ? 0 : errno;
}

/// @returns why the file is not one to take a secret from
std::optional<std::string> objectionTo(const std::filesystem::path& file, int descriptor)
{
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return systemSentence(file, "can't be read", errno);
    if (!S_ISREG(status.st_mode)) return sentence(file, "is not a regular file");
    if ((status.st_mode & kModeOfOthers) != 0) {
        return sentence(file, "has mode " + octal(status.st_mode & 07777U) +
                                  ", but who knows the cookie can join the cluster, so only its "
                                  "owner may have access (chmod 600)");
    }
    return std::nullopt;
}

Result<Cookie, std::string> readCookie(const std::filesystem::path& file,
                                       const FileDescriptor& descriptor)
{
    if (auto objection = objectionTo(file, descriptor.get())) return std::move(*objection);
    // Room for one more than there may be and for the newline: what is too long shows as that.
    std::string text(Cookie::kBytesMax + 3, '\0');
    std::size_t textBytes = 0;
    while (textBytes < text.size()) {
        const ssize_t count =
            ::read(descriptor.get(), text.data() + textBytes, text.size() - textBytes);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return systemSentence(file, "can't be read", errno);
        if (count == 0) break;
        textBytes += static_cast<std::size_t>(count);
    }
    text.resize(textBytes);
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    auto cookie = Cookie::fromText(text);
    if (!cookie) return sentence(file, "can't be used: " + cookie.error());
    return cookie;
}

}  // namespace

Result<Cookie, std::string> Cookie::loadOrCreate(const std::filesystem::path& file)
{
    // O_NONBLOCK: a pipe of that name must not hold us up before it is refused.
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    FileDescriptor descriptor(::open(file.c_str(), kFlags));
    if (!descriptor.isOpen() && errno == ENOENT) {
        const int code = createFile(file);
        if (code != 0) return systemSentence(file, "can't be made", code);
        descriptor = FileDescriptor(::open(file.c_str(), kFlags));
    }
    if (!descriptor.isOpen()) return systemSentence(file, "can't be read", errno);
    return readCookie(file, descriptor);
}

Result<Cookie, std::string> Cookie::fromText(std::string_view text)
{
    if (text.empty()) return std::string("the cookie is empty");
    if (text.size() > kBytesMax) {
        return "the cookie is longer than " + std::to_string(kBytesMax) + " bytes";
    }
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; })) {
        return std::string("the cookie may have printable ASCII characters only");
    }
    return Cookie(text);
}

Proof Cookie::proof(std::span<const ByteView> parts) const
{
    QMessageAuthenticationCode code(
        QCryptographicHash::Sha256,
        QByteArray(m_text.data(), static_cast<qsizetype>(m_text.size())));
    for (const ByteView part : parts) {
        const std::string_view text = textOf(part);
        code.addData(text.data(), static_cast<qsizetype>(text.size()));
    }
    const QByteArray result = code.result();
    Proof proof;
    WARREN_CHECK(result.size() == static_cast<qsizetype>(proof.size()));
    std::memcpy(proof.data(), result.constData(), proof.size());
    return proof;
}

bool Cookie::isProof(const Proof& claimed, std::span<const ByteView> parts) const
{
    const Proof right = proof(parts);
    std::byte difference{0};
    for (std::size_t i = 0; i < right.size(); ++i) {
        difference |= right[i] ^ claimed[i];
    }
    return difference == std::byte{0};
}

}  // namespace warren::peer
