#include "core/peer/cookie.h"

#include <QTemporaryDir>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace warren::peer {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class CookieFileTest : public ::testing::Test {
protected:
    fs::path file() const { return fs::path(m_folder.path().toStdString()) / "cookie"; }

    fs::path write(const std::string& text, fs::perms mode = fs::perms(0600)) const
    {
        std::ofstream(file()) << text;
        fs::permissions(file(), mode);
        return file();
    }
    std::string text() const
    {
        std::ifstream stream(file());
        return {std::istreambuf_iterator<char>(stream), {}};
    }

private:
    QTemporaryDir m_folder;
};

Proof proofOf(const Cookie& cookie)
{
    const std::vector<ByteView> parts{bytesOf("what do ya want"), bytesOf("for nothing?")};
    return cookie.proof(parts);
}

Cookie cookie(std::string_view text) { return *Cookie::fromText(text); }

TEST_F(CookieFileTest, IsMadeForItsOwnerOnlyAndReadAgain)
{
    const auto made = Cookie::loadOrCreate(file());
    ASSERT_TRUE(made) << made.error();
    struct stat status {};
    ASSERT_EQ(::stat(file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_EQ(text().size(), 65U) << "32 bytes in hexadecimal digits, and a newline";

    const auto read = Cookie::loadOrCreate(file());
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(proofOf(*read), proofOf(*made));
}

TEST_F(CookieFileTest, IsAnotherOneEachTimeAndLeavesNoDraft)
{
    ASSERT_TRUE(Cookie::loadOrCreate(file()));
    const std::string first = text();
    fs::remove(file());
    ASSERT_TRUE(Cookie::loadOrCreate(file()));
    EXPECT_NE(text(), first);
    const auto files = fs::directory_iterator(file().parent_path());
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(CookieFileTest, IgnoresTheNewlineAtItsEnd)
{
    const auto read = Cookie::loadOrCreate(write("SECRET\n"));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(proofOf(*read), proofOf(cookie("SECRET")));
}

TEST_F(CookieFileTest, IsRefusedIfOthersHaveAccess)
{
    for (const unsigned mode : {0640U, 0604U, 0620U, 0601U}) {
        const auto read = Cookie::loadOrCreate(write("SECRET\n", fs::perms(mode)));
        ASSERT_FALSE(read) << std::oct << mode;
        EXPECT_THAT(read.error(), AllOf(HasSubstr(file().string()), HasSubstr("only its owner")));
    }
    const auto read = Cookie::loadOrCreate(write("SECRET\n", fs::perms(0400)));
    EXPECT_TRUE(read) << "the owner need not be able to write it";
}

TEST_F(CookieFileTest, IsRefusedIfItIsTooLongEmptyOrNotPrintable)
{
    EXPECT_TRUE(Cookie::loadOrCreate(write(std::string(255, 'x') + "\n")));
    const std::string tooLong(256, 'x');
    for (const std::string& wrong :
         {tooLong, tooLong + "\n", std::string(100'000, 'x'), std::string(), std::string("\n"),
          std::string("a\nb"), std::string("a\0b", 3), std::string("caf\xC3\xA9")}) {
        const auto read = Cookie::loadOrCreate(write(wrong));
        ASSERT_FALSE(read) << wrong;
        EXPECT_THAT(read.error(), HasSubstr(file().string()));
        const bool isShown = wrong.size() > 3 && read.error().find(wrong) != std::string::npos;
        EXPECT_FALSE(isShown) << read.error();
    }
}

TEST_F(CookieFileTest, IsRefusedIfItIsNoFile)
{
    fs::create_directory(file());
    EXPECT_FALSE(Cookie::loadOrCreate(file()));
    fs::remove(file());
    ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
    EXPECT_FALSE(Cookie::loadOrCreate(file())) << "and nothing waits for the pipe";
    const auto nowhere = Cookie::loadOrCreate(file().parent_path() / "no" / "cookie");
    ASSERT_FALSE(nowhere);
    EXPECT_THAT(nowhere.error(), HasSubstr("No such file"));
}

TEST(CookieTest, ProvesWithHmacSha256)
{
    // RFC 4231, test case 2.
    constexpr std::array<unsigned, 32> kWanted{0x5B, 0xDC, 0xC1, 0x46, 0xBF, 0x60, 0x75, 0x4E,
                                               0x6A, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xC7,
                                               0x5A, 0x00, 0x3F, 0x08, 0x9D, 0x27, 0x39, 0x83,
                                               0x9D, 0xEC, 0x58, 0xB9, 0x64, 0xEC, 0x38, 0x43};
    const std::vector<ByteView> parts{bytesOf("what do ya want "), bytesOf("for nothing?")};
    Proof proof = cookie("Jefe").proof(parts);
    for (std::size_t i = 0; i < proof.size(); ++i) {
        EXPECT_EQ(std::to_integer<unsigned>(proof[i]), kWanted[i]);
    }
    EXPECT_TRUE(cookie("Jefe").isProof(proof, parts));
    EXPECT_FALSE(cookie("Jeff").isProof(proof, parts));
    proof.back() ^= std::byte{1};
    EXPECT_FALSE(cookie("Jefe").isProof(proof, parts));
}

}  // namespace
}  // namespace warren::peer
