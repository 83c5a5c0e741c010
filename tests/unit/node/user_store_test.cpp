#include "core/node/user_store.h"

#include "core/node/password_hash.h"

#include <gtest/gtest.h>

#include <string>

namespace warren::node {
namespace {

class UserStoreTest : public ::testing::Test {
protected:
    void add(const std::string& name, std::string_view password)
    {
        broker::UserDefinition user{.name = name};
        EXPECT_TRUE(setPassword(user, password).isOk());
        catalogue.apply(broker::PutUser{user});
    }
    void addWithHash(const std::string& name, const std::string& hash,
                     broker::PasswordHashing hashing)
    {
        catalogue.apply(broker::PutUser{
            broker::UserDefinition{.name = name, .passwordHash = hash, .hashing = hashing}});
    }

    broker::Catalogue catalogue;
    UserStore users{catalogue, {"guest"}};
};

TEST_F(UserStoreTest, AcceptsARightPasswordOnly)
{
    add("ann", "secret");
    for (int i = 0; i < 2; ++i) {  // the second time from memory
        EXPECT_TRUE(users.accepts("ann", "secret", true));
        EXPECT_TRUE(users.accepts("ann", "secret", false));
        EXPECT_FALSE(users.accepts("ann", "Secret", true));
        EXPECT_FALSE(users.accepts("ann", "", true));
        EXPECT_FALSE(users.accepts("bob", "secret", true));
        EXPECT_FALSE(users.accepts("", "", true));
    }
}

TEST_F(UserStoreTest, KeepsLoopbackUsersOnThisMachine)
{
    add("guest", "guest");
    EXPECT_TRUE(users.accepts("guest", "guest", true));
    EXPECT_FALSE(users.accepts("guest", "guest", false));
}

TEST_F(UserStoreTest, ForgetsAPasswordThatWasReplaced)
{
    add("ann", "old");
    EXPECT_TRUE(users.accepts("ann", "old", true));
    add("ann", "new");
    EXPECT_FALSE(users.accepts("ann", "old", true));
    EXPECT_TRUE(users.accepts("ann", "new", true));
    catalogue.apply(broker::RemoveUser{"ann"});
    EXPECT_FALSE(users.accepts("ann", "new", true));
}

TEST_F(UserStoreTest, AsksTheSlowHashToo)
{
    broker::UserDefinition user{.name = "ann"};
    ASSERT_TRUE(setPassword(user, "secret").isOk());
    broker::UserDefinition other{.name = "other"};
    ASSERT_TRUE(setPassword(other, "else").isOk());
    user.slowHash = other.slowHash;
    catalogue.apply(broker::PutUser{user});
    EXPECT_FALSE(users.accepts("ann", "secret", true));
}

TEST_F(UserStoreTest, TakesTheHashesOfRabbitMq)
{
    // The first one is of RabbitMQ's documentation; with the others RabbitMQ 3.10.8 let a user in
    // whose password was xyz.
    addWithHash("documented", "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR",
                broker::PasswordHashing::Sha256);
    EXPECT_TRUE(users.accepts("documented", "test12", true));
    addWithHash("sha256", "kI3GClaOO4VdkIeCLlTQOByKcIFM5Kjzqmvpt3XUaTQyBA3R",
                broker::PasswordHashing::Sha256);
    addWithHash("sha512",
                "kI3GCqLeq+RPh+tmevNv1E2rfypBk80/R/dB+zpzFLed/bkOSLJ/"
                "qUnFSegy70p8hmrN5SDv/fH86zkYKYxizaNMtwU=",
                broker::PasswordHashing::Sha512);
    addWithHash("md5", "kI3GCuF+ouPCN3Ek+AaX8KveH8A=", broker::PasswordHashing::Md5);
    for (const std::string name : {"sha256", "sha512", "md5"}) {
        EXPECT_TRUE(users.accepts(name, "xyz", true)) << name;
        EXPECT_FALSE(users.accepts(name, "xyzz", true)) << name;
        EXPECT_FALSE(users.accepts(name, "", true)) << name;
    }
}

TEST_F(UserStoreTest, RefusesAnEmptyPasswordWhateverTheHashIsOf)
{
    // Source: RabbitMQ 3.10.8: it makes such a hash, and lets nobody in with it.
    broker::UserDefinition user{.name = "ann"};
    ASSERT_TRUE(setPassword(user, "").isOk());
    user.slowHash.clear();
    catalogue.apply(broker::PutUser{user});
    EXPECT_TRUE(fitsFastHash(&user, ""));
    EXPECT_FALSE(users.accepts("ann", "", true));
}

TEST_F(UserStoreTest, LetsNobodyInWithoutAPasswordOfTheirs)
{
    catalogue.apply(broker::PutUser{broker::UserDefinition{.name = "ann"}});
    EXPECT_FALSE(users.accepts("ann", "", true));
    EXPECT_FALSE(users.accepts("ann", "anything", true));
}

TEST_F(UserStoreTest, AcceptsUsersWhomACertificateNames)
{
    add("ann", "secret");
    add("guest", "guest");
    EXPECT_TRUE(users.acceptsCertificate("ann", false));
    EXPECT_TRUE(users.acceptsCertificate("guest", true));
    EXPECT_FALSE(users.acceptsCertificate("guest", false)) << "a loopback user";
    EXPECT_FALSE(users.acceptsCertificate("bob", true)) << "nobody of that name";
    EXPECT_FALSE(users.acceptsCertificate("", true));
}

TEST(PasswordHash, JudgesHashesFromOutside)
{
    using broker::PasswordHashing;
    const std::string good = "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR";
    EXPECT_FALSE(passwordHashProblem(good, PasswordHashing::Sha256));
    EXPECT_TRUE(passwordHashProblem(good, PasswordHashing::Sha512));
    EXPECT_TRUE(passwordHashProblem(good, PasswordHashing::Md5));
    EXPECT_TRUE(passwordHashProblem("not base64!", PasswordHashing::Sha256));
    EXPECT_TRUE(passwordHashProblem("", PasswordHashing::Sha256));
}

TEST(PasswordHash, NeverRepeatsASalt)
{
    broker::UserDefinition one{.name = "one"};
    broker::UserDefinition two{.name = "two"};
    ASSERT_TRUE(setPassword(one, "same").isOk());
    ASSERT_TRUE(setPassword(two, "same").isOk());
    EXPECT_NE(one.passwordHash, two.passwordHash);
    EXPECT_NE(one.slowHash, two.slowHash);
    EXPECT_TRUE(one.slowHash.starts_with("$argon2id$"));
}

}  // namespace
}  // namespace warren::node
