// From [secrets] to named values, with vaults that age itself has made.
#include "plan/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "support/scratch_folder.h"
#include "unit/vault/support.h"

namespace nodeward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Neither root nor whoever runs the tests.
PlannedIdentity Application() { return {.uid = 54321, .gid = 54322, .groups = {54323}}; }

class SecretsTest : public testing::Test {
 protected:
  SecretsTest() {
    unsetenv("CREDENTIALS_DIRECTORY");
    chmod(folder_.path().c_str(), 0755);
    identity_ = folder_ / "id.txt";
    EXPECT_EQ(test::Run("umask 077; age-keygen -o " + identity_), 0);
    profile_.secrets.identity = {{.value = identity_}};
    host_.memory_available = std::uint64_t{1} << 30;
  }

  void MakeVault(const std::string& plaintext) {
    profile_.secrets.vaults = {{{.value = Seal("app.vault.age", plaintext)}}};
  }

  // A vault of this name in the folder; its path.
  std::string Seal(const std::string& name, const std::string& plaintext) {
    const std::string path = folder_ / name;
    const std::string plain = folder_.Write("plain.toml", plaintext, 0600);
    EXPECT_EQ(test::Run("age -r $(age-keygen -y " + identity_ + ") -o " + path + " " + plain), 0);
    return path;
  }

  void Require(std::vector<std::string> names) {
    profile_.secrets.require.emplace();
    for (auto& name : names) {
      profile_.secrets.require->push_back({std::move(name), {"app.toml", 12, 3}});
    }
  }

  Result<LoadedSecrets> Load() const {
    HeldKeys held;
    return LoadSecrets(profile_, host_, Application(), held);
  }

  // How loading failed, as printed.
  std::string Failure() const {
    const auto loaded = Load();
    return loaded ? "(loaded)" : FormatError(loaded.error());
  }

  test::ScratchFolder folder_;
  std::string identity_;
  Profile profile_;
  HostReport host_;
};

TEST_F(SecretsTest, WithoutAVaultNothing) {
  const auto loaded = Load();
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->secrets, IsEmpty());
  EXPECT_THAT(loaded->degraded, IsEmpty());
}

TEST_F(SecretsTest, AVaultMadeByAge) {
  MakeVault("TOKEN = \"abc\"\nDB_PASSWORD = \"p=w d'\\\"\"\nEMPTY = \"\"\n");
  Require({"TOKEN", "DB_PASSWORD"});
  const auto loaded = Load();
  ASSERT_TRUE(loaded) << FormatError(loaded.error());
  ASSERT_EQ(loaded->secrets.size(), 3u);
  EXPECT_EQ(loaded->secrets[0].name, "DB_PASSWORD");
  EXPECT_EQ(loaded->secrets[0].value.view(), "p=w d'\"");
  EXPECT_EQ(loaded->secrets[1].value.view(), "");
  EXPECT_EQ(loaded->secrets[2].value.view(), "abc");
  EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST_F(SecretsTest, EveryMissingNameIsInOneError) {
  MakeVault("TOKEN = \"abc\"\n");
  Require({"DB_PASSWORD", "TOKEN", "JWT_SECRET", "API_KEY"});
  EXPECT_THAT(Failure(), HasSubstr("missing: DB_PASSWORD, JWT_SECRET and API_KEY (the vault " +
                                   folder_ / "app.vault.age"));
  EXPECT_THAT(Failure(), HasSubstr("app.toml:12:3"));
}

TEST_F(SecretsTest, LaterVaultsWinNameByName) {
  const std::string base = Seal("base.age", "A = \"a of base\"\nC = \"c of base\"\nE = \"e\"\n");
  const std::string site = Seal("site.age", "B = \"b\"\nC = \"\"\nF = \"f\"\n");
  const std::string host = Seal("host.age", "A = \"a of host\"\n");
  profile_.secrets.vaults = {{{.value = base}, {.value = site}, {.value = host}}};
  Require({"A", "B", "F"});
  const auto loaded = Load();
  ASSERT_TRUE(loaded) << FormatError(loaded.error());
  std::vector<std::array<std::string, 3>> found;
  for (const Secret& secret : loaded->secrets) {
    found.push_back({secret.name, std::string(secret.value.view()), secret.vault});
  }
  EXPECT_THAT(found, ElementsAre(std::array<std::string, 3>{"A", "a of host", host},
                                 std::array<std::string, 3>{"B", "b", site},
                                 std::array<std::string, 3>{"C", "", site},  // empty is a value
                                 std::array<std::string, 3>{"E", "e", base},
                                 std::array<std::string, 3>{"F", "f", site}));
}

TEST_F(SecretsTest, AMissingNameIsMissingFromAllVaults) {
  const std::string base = Seal("base.age", "A = \"a\"\n");
  const std::string site = Seal("site.age", "B = \"b\"\n");
  profile_.secrets.vaults = {{{.value = base}, {.value = site}}};
  Require({"A", "TOKEN"});
  EXPECT_THAT(Failure(), HasSubstr("missing: TOKEN (the vaults " + base + " and " + site + ")"));
}

TEST_F(SecretsTest, AllThatIsWrongIsInOneError) {
  MakeVault(
      "A = \"hidden\"\nB = \"hidden\"\nC = \"hidden\"\n[nodeward.changed]\nC = \"2001-01-01\"\n");
  profile_.secrets.rules["A"].min_length = 32;
  profile_.secrets.rules["B"].pattern = "^[0-9]+$";
  profile_.secrets.rules["C"].max_age = 90;
  EXPECT_THAT(Failure(),
              HasSubstr(": secrets break their rules: A is shorter than 32 bytes, B does "
                        "not match its pattern and C is "));
  EXPECT_THAT(Failure(), HasSubstr("app.vault.age"));
  Require({"TOKEN"});
  EXPECT_THAT(Failure(), HasSubstr("required secrets are missing: TOKEN"));
  EXPECT_THAT(Failure(), HasSubstr("; and secrets break their rules: A is"));
  EXPECT_THAT(Failure(), Not(HasSubstr("hidden")));
}

TEST_F(SecretsTest, AnAgeRefusesAStartAndNoRestart) {
  MakeVault("C = \"hidden\"\n[nodeward.changed]\nC = \"2001-01-01\"\n");
  profile_.secrets.rules["C"].max_age = 90;
  EXPECT_FALSE(Load());
  HeldKeys held;
  const auto again = LoadSecrets(profile_, host_, Application(), held, SecretsFor::kRestart);
  ASSERT_TRUE(again) << FormatError(again.error());
  EXPECT_THAT(again->warnings, ElementsAre(HasSubstr("C is ")));
}

TEST_F(SecretsTest, WeakValuesAreDeliveredWithAWarning) {
  MakeVault("A = \"changeme\\n\"\nB = \"8f14e45fceea167a\"\n");
  const auto loaded = Load();
  ASSERT_TRUE(loaded) << FormatError(loaded.error());
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("\"A\" ends in a newline"),
                                            HasSubstr("\"A\" is a placeholder")));
  EXPECT_EQ(loaded->secrets[0].value.view(), "changeme\n");
}

TEST_F(SecretsTest, EachVaultIsJudged) {
  const std::string base = Seal("base.age", "A = \"a\"\n");
  for (const bool first : {true, false}) {
    const auto with = [&](const std::string& other) {
      profile_.secrets.vaults = first ? TextList({{.value = other}, {.value = base}})
                                      : TextList({{.value = base}, {.value = other}});
      const auto checked = CheckSecretFiles(profile_, host_, Application());
      return checked ? "" : FormatError(checked.error());
    };
    EXPECT_EQ(with(Seal("fine.age", "B = \"b\"\n")), "");
    EXPECT_TRUE(Load());
    EXPECT_THAT(with(folder_ / "absent.age"), HasSubstr("absent.age: cannot read the vault"));
    EXPECT_THAT(Failure(), HasSubstr("absent.age: cannot read the vault: ENOENT"));
    EXPECT_THAT(with("/dev/null"), HasSubstr("/dev/null: the vault is not a regular file"));
    EXPECT_THAT(with(folder_.path()), HasSubstr("the vault is a folder"));
    with(Seal("loader.age", "LD_PRELOAD = \"x\"\n"));
    EXPECT_THAT(Failure(), HasSubstr("loader.age: the secret \"LD_PRELOAD\""));
    with(folder_.Write("damaged.age", "age-encryption.org/v1\n"));
    EXPECT_THAT(Failure(), HasSubstr("damaged.age: "));
    with(Seal("number.age", "B = 1\n"));
    EXPECT_THAT(Failure(), HasSubstr("number.age:1:"));
  }
}

TEST_F(SecretsTest, RequiredWithoutAVault) {
  Require({"TOKEN"});
  EXPECT_THAT(Failure(), HasSubstr("required secrets are missing: TOKEN (no vault is named)"));
  EXPECT_THAT(Failure(), HasSubstr("[secrets] vault = "));
}

TEST_F(SecretsTest, DangerousNamesAreRefusedAndValuesNotShown) {
  for (const std::string name : {"NODE_OPTIONS", "LD_PRELOAD", "PATH", "HOME", "BASH_ENV",
                                 "NODE_EXTRA_CA_CERTS", "npm_config_prefix"}) {
    MakeVault(name + " = \"hidden-value\"\n");
    EXPECT_THAT(Failure(), HasSubstr("the secret \"" + name + "\"")) << name;
    EXPECT_THAT(Failure(), Not(HasSubstr("hidden-value")));
  }
}

TEST_F(SecretsTest, OddValuesAreDeliveredWithAWarning) {
  MakeVault("A = \"line\\n\"\nB = \"\\uFEFFbom\"\nC = \"fine\"\n");
  const auto loaded = Load();
  ASSERT_TRUE(loaded) << FormatError(loaded.error());
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("\"A\" ends in a newline"),
                                            HasSubstr("\"B\" begins with a byte-order mark")));
  EXPECT_EQ(loaded->secrets[0].value.view(), "line\n");
}

TEST_F(SecretsTest, AnIdentityThatTheApplicationCanReadRefusesTheLaunch) {
  MakeVault("TOKEN = \"abc\"\n");
  chmod(identity_.c_str(), 0644);
  EXPECT_THAT(Failure(), HasSubstr("identity can be read by the application's user 54321"));
  EXPECT_THAT(Failure(), HasSubstr("chmod 0400 " + identity_));
  profile_.enforcement = {{.value = Enforcement::kBestEffort}};
  EXPECT_THAT(Failure(), HasSubstr("chmod 0400")) << "a mode mends it, so best-effort is no excuse";
  chmod(identity_.c_str(), 0400);
  EXPECT_TRUE(Load());
}

TEST_F(SecretsTest, ASharedUserIsRefusedOrSaid) {
  MakeVault("TOKEN = \"abc\"\n");
  chmod(identity_.c_str(), 0444);
  host_.uid = 54321;  // nodeward itself is the application's user: no mode can help
  EXPECT_THAT(Failure(), HasSubstr("start nodeward as root"));
  EXPECT_THAT(Failure(), HasSubstr("best-effort"));
  for (const Enforcement enforcement : {Enforcement::kBestEffort, Enforcement::kPermissive}) {
    profile_.enforcement = {{.value = enforcement}};
    const auto loaded = Load();
    ASSERT_TRUE(loaded) << FormatError(loaded.error());
    EXPECT_THAT(loaded->degraded, testing::Contains(HasSubstr("can be read by the application")));
    EXPECT_EQ(loaded->secrets.size(), 1u);
  }
}

TEST_F(SecretsTest, AnotherIdentityDoesNotOpenIt) {
  MakeVault("TOKEN = \"abc\"\n");
  const std::string other = folder_ / "other.txt";
  ASSERT_EQ(test::Run("umask 077; age-keygen -o " + other), 0);
  profile_.secrets.identity = {{.value = other}};
  EXPECT_THAT(Failure(), HasSubstr(folder_ / "app.vault.age"));
  EXPECT_THAT(Failure(), Not(HasSubstr("abc")));
}

TEST_F(SecretsTest, FilesThatAreNotThere) {
  MakeVault("TOKEN = \"abc\"\n");
  const Profile profile = profile_;
  profile_.secrets.vaults->front().value = folder_ / "absent.age";
  EXPECT_THAT(Failure(), HasSubstr("cannot read the vault: ENOENT"));
  profile_ = profile;
  profile_.secrets.identity->value = folder_ / "absent.txt";
  EXPECT_THAT(Failure(), HasSubstr("cannot read the vault's identity: ENOENT"));
  profile_ = profile;
  profile_.secrets.vaults->front().value = folder_.path();
  EXPECT_THAT(Failure(), HasSubstr("is a folder"));
  profile_ = profile;
  profile_.secrets.vaults->front().value = "/dev/null";
  EXPECT_THAT(Failure(), HasSubstr("is not a regular file"));
}

TEST_F(SecretsTest, WhereTheIdentityIsLookedFor) {
  EXPECT_EQ(FindIdentity(profile_).path, identity_);
  EXPECT_EQ(FindIdentity(profile_).origin, "profile");
  setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
  EXPECT_EQ(FindIdentity(profile_).origin, "profile") << "the profile comes first";
  profile_.secrets.identity.reset();
  EXPECT_NE(FindIdentity(profile_).origin, "$CREDENTIALS_DIRECTORY") << "there is no such file yet";
  const std::string credential = folder_.Write("nodeward-identity", "x", 0400);
  EXPECT_EQ(FindIdentity(profile_).path, credential);
  EXPECT_EQ(FindIdentity(profile_).origin, "$CREDENTIALS_DIRECTORY");
  unsetenv("CREDENTIALS_DIRECTORY");
}

struct ModeRow {
  mode_t mode;
  bool owner;
  bool group;
  bool supplementary;
  bool other;
};

TEST_F(SecretsTest, ReadableByMode) {
  const std::string path = folder_.Write("file", "x");
  const PlannedIdentity owner{.uid = getuid(), .gid = 54322};
  const PlannedIdentity group{.uid = 54321, .gid = getgid()};
  const PlannedIdentity supplementary{.uid = 54321, .gid = 54322, .groups = {1, getgid()}};
  for (const ModeRow& row :
       {ModeRow{0400, true, false, false, false},
        ModeRow{0000, true, false, false, false},  // it may chmod
        ModeRow{0440, true, true, true, false}, ModeRow{0044, true, true, true, true},
        ModeRow{0404, true, false, false, true},  // the first class counts
        ModeRow{0733, true, false, false, false}, ModeRow{0644, true, true, true, true}}) {
    chmod(path.c_str(), row.mode);
    EXPECT_EQ(ReadableBy(path, owner), row.owner) << std::oct << row.mode;
    EXPECT_EQ(ReadableBy(path, group), row.group) << std::oct << row.mode;
    EXPECT_EQ(ReadableBy(path, supplementary), row.supplementary) << std::oct << row.mode;
    EXPECT_EQ(ReadableBy(path, Application()), row.other) << std::oct << row.mode;
  }
  EXPECT_EQ(ReadableBy(folder_ / "absent", Application()), std::nullopt);
}

TEST_F(SecretsTest, ReadableThroughFolders) {
  const std::string outer = folder_.MakeFolder("outer");
  const std::string inner = folder_.MakeFolder("outer/inner");
  const std::string path = folder_.Write("outer/inner/file", "x", 0444);
  EXPECT_EQ(ReadableBy(path, Application()), true);
  chmod(inner.c_str(), 0711);
  EXPECT_EQ(ReadableBy(path, Application()), true) << "passing through needs x alone";
  chmod(inner.c_str(), 0700);
  EXPECT_EQ(ReadableBy(path, Application()), false);
  chmod(inner.c_str(), 0755);
  chmod(outer.c_str(), 0754);
  EXPECT_EQ(ReadableBy(path, Application()), false) << "every folder above counts";
}

TEST_F(SecretsTest, ReadableThroughLinks) {
  const std::string open = folder_.Write("open", "x", 0444);
  const std::string closed = folder_.Write("closed", "x", 0400);
  std::filesystem::create_symlink(closed, folder_ / "to-closed");
  std::filesystem::create_symlink(open, folder_ / "to-open");
  EXPECT_EQ(ReadableBy(folder_ / "to-closed", Application()), false);
  EXPECT_EQ(ReadableBy(folder_ / "to-open", Application()), true);
}

}  // namespace
}  // namespace nodeward
