// Opening age files made by Debian's age, and refusing those that were damaged.
#include "vault/age.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "unit/vault/support.h"

namespace nodeward {
namespace {

using test::OutcomeOf;
using testing::AnyOf;
using testing::HasSubstr;

// An identity and its recipient, made once by age-keygen.
class Age : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::Folder();
    std::string output;
    const std::string make = "age-keygen -o " + *folder_ / "id.txt" + " && age-keygen -y -o " +
                             *folder_ / "recipient.txt" + " " + *folder_ / "id.txt";
    ASSERT_EQ(test::Run(make, &output), 0) << output << "\nrun ./dev setup";
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string IdentityText() { return test::ReadFile(*folder_ / "id.txt"); }
  static VaultKeys Keys() { return test::WithIdentity(IdentityText()); }

  // `plaintext` as age encrypts it to the identity; "-a" for armour.
  static std::string Encrypt(std::string_view plaintext, const std::string& options = "") {
    test::WriteFile(*folder_ / "plain", plaintext);
    std::string output;
    const std::string command = "age " + options + " -R " + *folder_ / "recipient.txt" + " -o " +
                                *folder_ / "file.age" + " " + *folder_ / "plain";
    EXPECT_EQ(test::Run(command, &output), 0) << output;
    return test::ReadFile(*folder_ / "file.age");
  }

  static test::Folder* folder_;
};
test::Folder* Age::folder_ = nullptr;

struct Answer {
  std::string prompt;
  std::string text;
};

// Runs a command on a terminal of its own and answers each prompt once it has been printed. Its
// exit status, or -1 where a prompt never came.
int RunOnTerminal(std::vector<std::string> command, const std::vector<Answer>& answers) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    execvp(argv[0], argv.data());
    _exit(127);
  }
  std::string screen;
  std::size_t answered = 0;
  char buffer[512];
  for (ssize_t n = 0; (n = read(terminal, buffer, sizeof buffer)) > 0;) {
    screen.append(buffer, static_cast<std::size_t>(n));
    if (answered == answers.size()) continue;
    const Answer& answer = answers[answered];
    if (screen.find(answer.prompt) == std::string::npos) continue;
    if (write(terminal, answer.text.data(), answer.text.size()) < 0) break;
    screen.clear();
    ++answered;
  }
  close(terminal);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && answered == answers.size() ? WEXITSTATUS(status) : -1;
}

std::string Pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 31 + i / 251) & 0xff);
  return text;
}

TEST_F(Age, OpensWhatDebiansAgeMade) {
  for (const std::size_t size : {0u, 1u, 47u, 48u, 49u, 65519u, 65520u, 65535u, 65536u, 65537u,
                                 131071u, 131072u, 131073u, 1u << 20}) {
    for (const char* options : {"", "-a"}) {
      SCOPED_TRACE(std::to_string(size) + " bytes " + options);
      const std::string plaintext = Pattern(size);
      const AgeResult<SecretBuffer> opened = OpenAge(Encrypt(plaintext, options), Keys());
      ASSERT_EQ(OutcomeOf(opened), "opened");
      EXPECT_TRUE(opened->view() == plaintext);
    }
  }
}

TEST_F(Age, OpensAmongSeveralRecipientsAndIdentities) {
  ASSERT_EQ(test::Run("age-keygen -o " + *folder_ / "other.txt"), 0);
  const std::string other = test::ReadFile(*folder_ / "other.txt");
  std::string recipient;
  ASSERT_EQ(test::Run("age-keygen -y " + *folder_ / "other.txt", &recipient), 0);
  recipient.pop_back();
  const std::string file = Encrypt("A = 'b'", "-r " + recipient);
  EXPECT_EQ(OutcomeOf(OpenAge(file, test::WithIdentity(other))), "opened");
  EXPECT_EQ(OutcomeOf(OpenAge(file, Keys())), "opened");
  EXPECT_EQ(OutcomeOf(OpenAge(Encrypt("A = 'b'"), test::WithIdentity(other + IdentityText()))),
            "opened");

  const AgeResult<SecretBuffer> refused = OpenAge(Encrypt("A = 'b'"), test::WithIdentity(other));
  ASSERT_EQ(OutcomeOf(refused), "kNoMatch");
  EXPECT_THAT(refused.error().error.what, HasSubstr("id.txt was tried"));
  EXPECT_THAT(refused.error().error.what, HasSubstr("1 X25519 recipient"));
}

TEST_F(Age, NamesRecipientsThatItCannotRead) {
  // Its secret half was thrown away.
  const std::string recipient =
      "ssh-ed25519 "
      "AAAAC3NzaC1lZDI1NTE5AAAAILmRD/kSkdF1+jdoxc0mb7KDUTnwSpcrFEJEkEWQQzQZ";
  test::WriteFile(*folder_ / "plain", "A = 'b'");
  ASSERT_EQ(
      test::Run("age -r '" + recipient + "' -o " + *folder_ / "ssh.age " + *folder_ / "plain"), 0);
  const std::string file = test::ReadFile(*folder_ / "ssh.age");
  for (const bool with_identity : {true, false}) {
    const AgeResult<SecretBuffer> refused = OpenAge(file, with_identity ? Keys() : VaultKeys{});
    ASSERT_EQ(OutcomeOf(refused), "kNoMatch");
    EXPECT_THAT(refused.error().error.what, HasSubstr("an SSH key (ssh-ed25519"));
  }
  const AgeResult<SecretBuffer> own =
      OpenAge(file, test::WithIdentity("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
  ASSERT_EQ(OutcomeOf(own), "kIdentity");
  EXPECT_THAT(own.error().error.what, HasSubstr("PEM key"));
}

// age asks for passphrases on a terminal only.
TEST_F(Age, OpensAPassphraseFileOfDebiansAge) {
  test::WriteFile(*folder_ / "plain", "A = 'b'");
  const std::string file = *folder_ / "pass.age";
  ASSERT_EQ(RunOnTerminal({"age", "-p", "-o", file, *folder_ / "plain"},
                          {{"Enter passphrase", "correct horse\n"},
                           {"Confirm passphrase", "correct horse\n"}}),
            0);
  const std::string text = test::ReadFile(file);
  const AgeResult<SecretBuffer> opened = OpenAge(text, test::WithPassphrase("correct horse"));
  ASSERT_EQ(OutcomeOf(opened), "opened");
  EXPECT_EQ(opened->view(), "A = 'b'");
  EXPECT_EQ(OutcomeOf(OpenAge(text, test::WithPassphrase("wrong"))), "kWrongPassphrase");
  EXPECT_EQ(OutcomeOf(OpenAge(text, Keys())), "kNeedsPassphrase");
}

TEST_F(Age, CutAnywhereIsRefused) {
  const std::string binary = Encrypt("A = 'hunter2'");
  for (std::size_t size = 0; size < binary.size(); ++size) {
    SCOPED_TRACE(size);
    EXPECT_THAT(OutcomeOf(OpenAge(binary.substr(0, size), Keys())),
                AnyOf("kNotAge", "kHeaderCut", "kPayloadTruncated", "kPayloadTampered"));
  }
  // The newline after the END line is the one byte that armour may lack.
  const std::string armored = Encrypt("A = 'hunter2'", "-a");
  ASSERT_TRUE(armored.ends_with("-----\n"));
  for (std::size_t size = 0; size + 1 < armored.size(); ++size) {
    SCOPED_TRACE(size);
    EXPECT_THAT(OutcomeOf(OpenAge(armored.substr(0, size), Keys())), AnyOf("kNotAge", "kArmor"));
  }
}

TEST_F(Age, CutBetweenChunksIsTruncation) {
  const std::string file = Encrypt(Pattern(3 * 65536));
  const std::size_t chunk = 65536 + 16;
  EXPECT_EQ(OutcomeOf(OpenAge(file.substr(0, file.size() - chunk), Keys())), "kPayloadTruncated");
  EXPECT_EQ(OutcomeOf(OpenAge(file.substr(0, file.size() - 1), Keys())), "kPayloadTampered");
}

TEST_F(Age, EachFlippedBitIsNoticed) {
  for (const char* options : {"", "-a"}) {
    std::string file = Encrypt("A = 'hunter2'", options);
    for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
      char& byte = file[bit / 8];
      const char before = byte;
      byte = static_cast<char>(byte ^ (1 << (bit % 8)));
      EXPECT_NE(OutcomeOf(OpenAge(file, Keys())), "opened") << options << " bit " << bit;
      byte = before;
    }
    EXPECT_EQ(OutcomeOf(OpenAge(file, Keys())), "opened");
  }
}

TEST_F(Age, SwappedChunksAndForeignHeadersAreNoticed) {
  const std::string file = Encrypt(Pattern(3 * 65536));
  const std::size_t chunk = 65536 + 16;
  const std::size_t start = file.size() - 3 * chunk;
  const std::string swapped = file.substr(0, start) + file.substr(start + chunk, chunk) +
                              file.substr(start, chunk) + file.substr(start + 2 * chunk);
  EXPECT_EQ(OutcomeOf(OpenAge(swapped, Keys())), "kPayloadTampered");
  EXPECT_EQ(OutcomeOf(OpenAge(file + "x", Keys())), "kPayloadTampered");

  const std::string other = Encrypt(Pattern(3 * 65536));
  EXPECT_EQ(OutcomeOf(OpenAge(other.substr(0, start) + file.substr(start), Keys())),
            "kPayloadTampered");
}

// Ends with an identity or a question, and says which is missing.
TEST_F(Age, SaysWhatIsMissing) {
  EXPECT_EQ(OutcomeOf(OpenAge(Encrypt("A = 'b'"), VaultKeys{})), "kNeedsIdentity");
  EXPECT_EQ(OutcomeOf(OpenAge(Encrypt("A = 'b'"), test::WithPassphrase("x"))), "kNeedsIdentity");
  EXPECT_EQ(OutcomeOf(OpenAge("", Keys())), "kNotAge");
  EXPECT_EQ(OutcomeOf(OpenAge("A = 'b'\n", Keys())), "kNotAge");
  EXPECT_EQ(OutcomeOf(OpenAge("age-encryption.org/v2\n", Keys())), "kVersion");
  const std::string text = FormatError(DecryptAge("age-encryption.org/v2\n", Keys()).error());
  EXPECT_THAT(text, HasSubstr("a version that nodeward does not know"));
  EXPECT_THAT(text, HasSubstr("  try: "));
}

}  // namespace
}  // namespace nodeward
