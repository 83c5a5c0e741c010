#include "core/net/client_socket.h"
#include "core/net/listener.h"
#include "core/net/tls_context.h"
#include "core/node/test_certificates.h"
#include "tests/support/event_loop.h"
#include "tests/support/tls_peer.h"

#include <QDateTime>
#include <QFile>
#include <QTemporaryDir>
#include <QTimer>

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <gmock/gmock.h>
#include <memory>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <optional>
#include <string>
#include <vector>

namespace warren::net {
namespace {

using namespace std::chrono_literals;
using test::runUntil;
using test::TlsPeer;
using test::TlsPeerOptions;
using ::testing::HasSubstr;

/// Keeps what happened, in its order.
class RecordingSink final : public ByteSink {
public:
    void secured() override
    {
        securedCount += 1;
        EXPECT_TRUE(text.empty()) << "it comes before anything is received";
    }
    std::size_t received(ByteView bytes) override
    {
        text += warren::textOf(bytes);
        return bytes.size();
    }
    void outputDrained() override { drainedCount += 1; }
    void closed(CloseReason reason) override { closedReason = reason; }

    std::string text;
    int securedCount = 0;
    int drainedCount = 0;
    std::optional<CloseReason> closedReason;
};

/// Certificates for all tests: making them takes a moment.
class TlsSocketTest : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        s_folder = new QTemporaryDir;
        s_certificates = new node::TestCertificates(certificatesIn("one"));
        s_others = new node::TestCertificates(certificatesIn("other"));
    }
    static void TearDownTestSuite()
    {
        delete s_others;
        delete s_certificates;
        delete s_folder;
    }
    static node::TestCertificates certificatesIn(const char* name)
    {
        const std::filesystem::path folder = s_folder->path().toStdString();
        return node::createTestCertificates(folder / name, "guest", {}).value();
    }

    TlsSocketTest() : m_listener(m_poller)
    {
        m_options = s_certificates->tlsOptions();
        m_peerOptions.authorityFile = m_options.authorityFile;
        m_peerOptions.serverName = "localhost";
        m_listener.onAccepted = [this](FileDescriptor descriptor) {
            m_socket = std::make_unique<ClientSocket>(m_poller, std::move(descriptor), m_sink,
                                                      TlsContext::load(m_options).value(),
                                                      m_handshakeTimeout);
        };
        m_port = m_listener.listen("127.0.0.1", 0).value().port;
    }

    void connect()
    {
        m_peer = std::make_unique<TlsPeer>(m_port, m_peerOptions);
        ASSERT_TRUE(runUntil([&] { return m_socket != nullptr; }));
    }
    void establish()
    {
        connect();
        ASSERT_TRUE(pumpUntil([&] { return m_peer->isEstablished() && m_sink.securedCount > 0; }))
            << m_peer->error() << m_socket->tls()->error();
    }
    template <typename Predicate>
    bool pumpUntil(Predicate isDone)
    {
        return runUntil([&] {
            m_peer->pump();
            return isDone();
        });
    }
    void expectRefused(const std::string& reason)
    {
        connect();
        ASSERT_TRUE(pumpUntil([&] { return m_sink.closedReason.has_value(); }));
        EXPECT_EQ(m_sink.closedReason, CloseReason::TlsFailed);
        EXPECT_THAT(m_socket->tls()->error(), HasSubstr(reason));
        EXPECT_EQ(m_sink.text, "");
        EXPECT_EQ(m_socket->bufferBytes(), 0u);
    }

    static QTemporaryDir* s_folder;
    static node::TestCertificates* s_certificates;
    static node::TestCertificates* s_others;  // of another authority
    Poller m_poller;
    Listener m_listener;
    RecordingSink m_sink;
    TlsOptions m_options;
    TlsPeerOptions m_peerOptions;
    std::chrono::milliseconds m_handshakeTimeout{20s};
    std::uint16_t m_port = 0;
    std::unique_ptr<TlsPeer> m_peer;
    std::unique_ptr<ClientSocket> m_socket;
};

QTemporaryDir* TlsSocketTest::s_folder = nullptr;
node::TestCertificates* TlsSocketTest::s_certificates = nullptr;
node::TestCertificates* TlsSocketTest::s_others = nullptr;

std::string patternOf(std::size_t size)
{
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + i % 23);
    return text;
}

TEST_F(TlsSocketTest, CarriesBytesBothWays)
{
    establish();
    EXPECT_EQ(m_socket->tls()->protocol(), "TLSv1.3");
    EXPECT_NE(m_socket->tls()->cipher(), "");
    EXPECT_EQ(m_socket->tls()->peerCertificate(), std::nullopt);
    const std::string pattern = patternOf(3'000'000);

    m_peer->send(pattern);
    m_socket->output().append(pattern);
    m_socket->flush();

    ASSERT_TRUE(pumpUntil([&] {
        return m_sink.text.size() == pattern.size() && m_peer->received().size() == pattern.size();
    }));
    EXPECT_TRUE(m_sink.text == pattern);
    EXPECT_TRUE(m_peer->received() == pattern);
    EXPECT_EQ(m_sink.securedCount, 1);
    EXPECT_GT(m_socket->receivedBytes(), pattern.size()) << "on the network it is more";
    EXPECT_GT(m_socket->sentBytes(), pattern.size());
    EXPECT_TRUE(pumpUntil([&] { return m_socket->bufferBytes() == 0; }));
}

TEST_F(TlsSocketTest, TakesRecordsByteByByte)
{
    m_peerOptions.sendBytesMax = 1;
    establish();
    m_peer->send("hello");
    EXPECT_TRUE(pumpUntil([&] { return m_sink.text == "hello"; }));
}

TEST_F(TlsSocketTest, SendsWhatWasWrittenBeforeTlsWasEstablished)
{
    connect();
    m_socket->output().append("early");
    m_socket->flush();
    EXPECT_EQ(m_socket->sentBytes(), 0u);
    EXPECT_EQ(m_socket->unsentBytes(), 5u);
    EXPECT_TRUE(pumpUntil([&] { return m_peer->received() == "early"; }));
}

TEST_F(TlsSocketTest, SpeaksTls12Too)
{
    m_peerOptions.versionMax = TLS1_2_VERSION;
    establish();
    EXPECT_EQ(m_socket->tls()->protocol(), "TLSv1.2");
}

TEST_F(TlsSocketTest, RefusesOlderVersions)
{
    m_peerOptions.versionMax = TLS1_1_VERSION;
    expectRefused("unsupported protocol");
    EXPECT_TRUE(pumpUntil([&] { return !m_peer->error().empty(); }));
    EXPECT_THAT(m_peer->error(), HasSubstr("alert protocol version"));
}

TEST_F(TlsSocketTest, RefusesAVersionThatIsSwitchedOff)
{
    m_options.allowsTls12 = false;
    m_peerOptions.versionMax = TLS1_2_VERSION;
    expectRefused("unsupported protocol");
}

TEST_F(TlsSocketTest, KnowsTheCertificateOfAVerifiedPeer)
{
    m_options.requiresPeerCertificate = true;
    m_peerOptions.certificateFile = s_certificates->clientCertificate.string();
    m_peerOptions.keyFile = s_certificates->clientKey.string();
    establish();
    ASSERT_TRUE(m_socket->tls()->peerCertificate().has_value());
    EXPECT_EQ(m_socket->tls()->peerCertificate()->subject, "CN=guest");
}

TEST_F(TlsSocketTest, RefusesAPeerWithoutACertificateWhereOneIsRequired)
{
    m_options.requiresPeerCertificate = true;
    expectRefused("peer did not return a certificate");
}

TEST_F(TlsSocketTest, RefusesACertificateOfAnotherAuthority)
{
    m_peerOptions.certificateFile = s_others->clientCertificate.string();
    m_peerOptions.keyFile = s_others->clientKey.string();
    expectRefused("the client's certificate is refused");
    EXPECT_EQ(m_sink.securedCount, 0);
}

TEST_F(TlsSocketTest, RefusesAServersCertificateFromAClient)
{
    m_peerOptions.certificateFile = m_options.certificateFile;
    m_peerOptions.keyFile = m_options.keyFile;
    expectRefused("the client's certificate is refused");
}

TEST_F(TlsSocketTest, AsksForNoCertificateUnlessItVerifies)
{
    m_options.verifiesPeer = false;
    m_peerOptions.certificateFile = s_others->clientCertificate.string();
    m_peerOptions.keyFile = s_others->clientKey.string();
    establish();
    EXPECT_EQ(m_socket->tls()->peerCertificate(), std::nullopt);
}

TEST_F(TlsSocketTest, TellsWhyAClientThatDoesNotTrustUsGoesAway)
{
    m_peerOptions.authorityFile = s_others->authority.string();
    expectRefused("unknown ca");
}

TEST_F(TlsSocketTest, AcceptsAnyServerName)
{
    m_peerOptions.authorityFile.clear();
    m_peerOptions.serverName = "some.other.example";
    establish();
}

TEST_F(TlsSocketTest, TellsAmqpWithoutTls)
{
    connect();
    m_peer->socket().sendAll(bytesOf("AMQP"));
    ASSERT_TRUE(runUntil([&] { return m_socket->isClosing(); }));
    m_peer->socket().close();
    ASSERT_TRUE(runUntil([&] { return m_sink.closedReason.has_value(); }));
    EXPECT_EQ(m_sink.closedReason, CloseReason::TlsFailed);
    EXPECT_THAT(m_socket->tls()->error(), HasSubstr("AMQP without TLS"));
}

TEST_F(TlsSocketTest, SurvivesGarbage)
{
    connect();
    m_peer->socket().sendAll(bytesOf(patternOf(100'000)));
    ASSERT_TRUE(runUntil([&] { return m_socket->isClosing(); }));
    m_peer->socket().close();
    ASSERT_TRUE(runUntil([&] { return m_sink.closedReason.has_value(); }));
    EXPECT_EQ(m_sink.closedReason, CloseReason::TlsFailed);
}

TEST_F(TlsSocketTest, DropsWhoSaysNothing)
{
    m_handshakeTimeout = 30ms;
    connect();
    ASSERT_TRUE(runUntil([&] { return m_sink.closedReason.has_value(); }));
    EXPECT_EQ(m_sink.closedReason, CloseReason::TlsFailed);
    EXPECT_THAT(m_socket->tls()->error(), HasSubstr("not established within 30 ms"));
}

TEST_F(TlsSocketTest, KeepsWhoSaysNothingOnceEstablished)
{
    m_handshakeTimeout = 300ms;
    establish();
    QTimer late;
    late.setSingleShot(true);
    late.start(400ms);
    ASSERT_TRUE(pumpUntil([&] { return !late.isActive(); }));
    EXPECT_FALSE(m_sink.closedReason.has_value());
}

TEST_F(TlsSocketTest, SaysThatNothingMoreComesAndWaitsForThePeer)
{
    establish();
    const std::string pattern = patternOf(1'000'000);
    m_socket->output().append(pattern);
    m_socket->closeAfterFlush();
    ASSERT_TRUE(pumpUntil([&] { return m_peer->hasSeenNotify(); }));
    EXPECT_TRUE(m_peer->received() == pattern);
    m_peer->socket().close();
    ASSERT_TRUE(runUntil([&] { return m_sink.closedReason.has_value(); }));
    EXPECT_EQ(m_sink.closedReason, CloseReason::Finished);
}

TEST_F(TlsSocketTest, ClosesAfterFlushBeforeTlsIsEstablished)
{
    connect();
    m_socket->output().append("never sent");
    m_socket->closeAfterFlush();
    EXPECT_TRUE(m_peer->socket().awaitClose(0ms) || runUntil([&] {
                    m_peer->pump();
                    return !m_peer->isOpen();
                }));
    ASSERT_TRUE(runUntil([&] { return m_sink.closedReason.has_value(); }));
    EXPECT_EQ(m_peer->received(), "");
}

TEST_F(TlsSocketTest, DeliversEverythingBeforeThePeersLastWord)
{
    establish();
    const std::string pattern = patternOf(500'000);
    m_peer->send(pattern);
    m_peer->finish();
    ASSERT_TRUE(pumpUntil([&] { return m_sink.closedReason.has_value(); }));
    EXPECT_EQ(m_sink.closedReason, CloseReason::PeerClosed);
    EXPECT_TRUE(m_sink.text == pattern);
}

TEST_F(TlsSocketTest, APeerThatCutsTheConnectionHasClosedIt)
{
    establish();
    m_peer->send("last");
    ASSERT_TRUE(pumpUntil([&] { return m_sink.text == "last"; }));
    m_peer->socket().close();
    ASSERT_TRUE(runUntil([&] { return m_sink.closedReason.has_value(); }));
    EXPECT_EQ(m_sink.closedReason, CloseReason::PeerClosed);
}

TEST_F(TlsSocketTest, APeerThatNeverReadsMakesItCongestedUntilItDoes)
{
    establish();
    m_peer->setReading(false);
    const std::string pattern = patternOf(24 * 1024 * 1024);
    m_socket->output().append(pattern);
    m_socket->flush();
    EXPECT_TRUE(m_socket->isCongested());
    EXPECT_GT(m_socket->unsentBytes(), ClientSocket::kOutputHighWaterBytes);
    EXPECT_LT(m_socket->sentBytes(), pattern.size());

    m_peer->setReading(true);
    ASSERT_TRUE(pumpUntil([&] { return m_peer->received().size() == pattern.size(); }));
    EXPECT_TRUE(m_peer->received() == pattern);
    EXPECT_EQ(m_sink.drainedCount, 1);
    EXPECT_FALSE(m_socket->isCongested());
}

TEST_F(TlsSocketTest, DoesNotReadWhilePaused)
{
    establish();
    m_socket->pauseReading(true);
    m_peer->send("later");
    m_socket->output().append("meanwhile");
    m_socket->flush();
    ASSERT_TRUE(pumpUntil([&] { return m_peer->received() == "meanwhile"; }));
    EXPECT_EQ(m_sink.text, "");
    m_socket->pauseReading(false);
    EXPECT_TRUE(pumpUntil([&] { return m_sink.text == "later"; }));
}

TEST_F(TlsSocketTest, RefusesToRenegotiateAndGoesOn)
{
    m_peerOptions.versionMax = TLS1_2_VERSION;
    establish();
    m_peer->renegotiate();
    m_peer->pump();
    // The client gives up or goes on; what we know of it must not have changed.
    ASSERT_TRUE(pumpUntil([&] { return m_socket->tls()->error().empty(); }));
    EXPECT_EQ(m_sink.securedCount, 1);
    m_socket->output().append("still here");
    m_socket->flush();
    EXPECT_TRUE(pumpUntil([&] { return m_socket->unsentBytes() == 0; }));
}

// ---- Contexts ----

class TlsContextTest : public TlsSocketTest {
protected:
    /// Why the options can't be used.
    std::string problem() const
    {
        const auto context = TlsContext::load(m_options);
        return context ? std::string{} : context.error();
    }
    std::string writeFile(const char* name, std::string_view text)
    {
        const std::string path = s_folder->filePath(QString::fromUtf8(name)).toStdString();
        QFile file(QString::fromStdString(path));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(text.data(), static_cast<qint64>(text.size()));
        return path;
    }
};

TEST_F(TlsContextTest, KnowsItsOwnCertificate)
{
    const auto context = TlsContext::load(m_options);
    ASSERT_TRUE(context);
    EXPECT_EQ((*context)->subject(), "CN=localhost");
    const std::int64_t now = QDateTime::currentSecsSinceEpoch();
    EXPECT_GT((*context)->expiresAt(), now + 800 * 24 * 3600);
    EXPECT_LT((*context)->expiresAt(), now + 830 * 24 * 3600);
}

TEST_F(TlsContextTest, SaysWhichFileCannotBeUsed)
{
    m_options.certificateFile = writeFile("garbage.pem", "garbage");
    EXPECT_THAT(problem(), HasSubstr("cannot use the certificate '"));
    EXPECT_THAT(problem(), HasSubstr("garbage.pem"));

    m_options = s_certificates->tlsOptions();
    m_options.keyFile = "/nonexistent/key.pem";
    EXPECT_EQ(problem(),
              "cannot use the private key '/nonexistent/key.pem': No such file or directory");

    m_options = s_certificates->tlsOptions();
    m_options.keyFile = s_others->serverKey.string();
    EXPECT_EQ(problem(), "the private key '" + m_options.keyFile +
                             "' does not belong to the certificate '" + m_options.certificateFile +
                             "'");

    m_options = s_certificates->tlsOptions();
    m_options.authorityFile = "/nonexistent/ca.pem";
    EXPECT_THAT(problem(), HasSubstr("authorities '/nonexistent/ca.pem'"));
}

TEST_F(TlsContextTest, RefusesWhatMakesNoSense)
{
    m_options.allowsTls12 = m_options.allowsTls13 = false;
    EXPECT_THAT(problem(), HasSubstr("neither TLS 1.2 nor TLS 1.3"));

    m_options = s_certificates->tlsOptions();
    m_options.ciphers = {"ROT13"};
    EXPECT_THAT(problem(), HasSubstr("ROT13"));
    m_options.ciphers = {"TLS_ROT13"};
    EXPECT_THAT(problem(), HasSubstr("TLS_ROT13"));

    m_options = s_certificates->tlsOptions();
    m_options.authorityFile.clear();
    EXPECT_THAT(problem(), HasSubstr("cannot be verified"));
}

TEST_F(TlsContextTest, TakesChosenCiphers)
{
    m_options.ciphers = {"TLS_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"};
    establish();
    EXPECT_EQ(m_socket->tls()->cipher(), "TLS_CHACHA20_POLY1305_SHA256");
}

TEST_F(TlsContextTest, OpensAnEncryptedKeyWithItsPasswordOnly)
{
    FILE* plain = std::fopen(m_options.keyFile.c_str(), "r");
    ASSERT_NE(plain, nullptr);
    EVP_PKEY* key = PEM_read_PrivateKey(plain, nullptr, nullptr, nullptr);
    std::fclose(plain);
    ASSERT_NE(key, nullptr);
    const std::string path = writeFile("encrypted.pem", "");
    FILE* encrypted = std::fopen(path.c_str(), "w");
    std::string password = "open sesame";
    PEM_write_PKCS8PrivateKey(encrypted, key, EVP_aes_256_cbc(), password.data(),
                              static_cast<int>(password.size()), nullptr, nullptr);
    std::fclose(encrypted);
    EVP_PKEY_free(key);
    m_options.keyFile = path;

    EXPECT_EQ(problem(), "cannot use the private key '" + path +
                             "': it is encrypted, and there is no password for it");
    m_options.keyPassword = "wrong password";
    EXPECT_THAT(problem(), HasSubstr("cannot use the private key"));
    EXPECT_EQ(problem().find("wrong password"), std::string::npos);
    m_options.keyPassword = password;
    EXPECT_EQ(problem(), "");
}

}  // namespace
}  // namespace warren::net
