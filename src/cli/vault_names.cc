// nodeward vault list, export --names, diff, verify: what a vault holds, without a value.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/launch_inputs.h"
#include "cli/vault.h"
#include "cli/vault_place.h"

namespace nodeward {
namespace {

// Coarse on purpose: an exact length helps whoever guesses.
std::string_view LengthClass(std::size_t size) {
  if (size == 0) return "empty";
  if (size < 16) return "under 16";
  if (size < 32) return "16 to 31";
  if (size < 64) return "32 to 63";
  return "64 and more";
}

std::string ChangedOn(const VaultDocument& document, std::string_view name) {
  const VaultEntry* entry = document.Find(VaultTable::kChanged, name);
  return entry == nullptr ? "" : EscapeForTerminal(document.Value(*entry).view());
}

// "3 days", or empty for what is no day of the past.
std::string Age(const std::string& day) {
  std::tm then{};
  const char* end = strptime(day.c_str(), "%Y-%m-%d", &then);
  if (end == nullptr || *end != '\0') return "";
  const auto days = static_cast<long>(std::difftime(std::time(nullptr), timegm(&then)) / 86400);
  if (days < 0) return "";
  if (days == 0) return "today";
  return std::to_string(days) + (days == 1 ? " day" : " days");
}

tl::expected<OpenedVault, Errors> OpenAsked(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  auto opened = OpenVaultAt(*place);
  if (!opened) return FailWith(opened.error());
  return std::move(*opened);
}

struct Row {
  std::string name;
  std::string changed;
  std::string_view length;
};

// Sorted by name, so that two lists can be compared.
std::vector<Row> Rows(const VaultDocument& document) {
  std::vector<Row> rows;
  for (const VaultEntry* entry : document.Entries(VaultTable::kSecrets)) {
    rows.push_back({entry->name, ChangedOn(document, entry->name),
                    LengthClass(document.Value(*entry).size())});
  }
  std::ranges::sort(rows, {}, &Row::name);
  return rows;
}

void PrintJson(const std::vector<Row>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json one = {{"name", row.name}, {"length", row.length}};
    if (!row.changed.empty()) one["changed"] = row.changed;
    list.push_back(std::move(one));
  }
  std::puts(nlohmann::ordered_json({{"secrets", list}}).dump().c_str());
}

}  // namespace

tl::expected<int, Errors> VaultList(const VaultOptions& options) {
  const auto opened = OpenAsked(options);
  if (!opened) return tl::unexpected(opened.error());
  const auto rows = Rows(opened->document);
  if (options.json) {
    PrintJson(rows);
    return 0;
  }
  std::size_t width = 4;
  for (const Row& row : rows) width = std::max(width, row.name.size());
  for (const Row& row : rows) {
    const std::string age = row.changed.empty() ? "-" : Age(row.changed);
    std::printf("%-*s  %-9s  %s\n", static_cast<int>(width), row.name.c_str(), age.c_str(),
                std::string(row.length).c_str());
  }
  return 0;
}

tl::expected<int, Errors> VaultNames(const VaultOptions& options) {
  const auto opened = OpenAsked(options);
  if (!opened) return tl::unexpected(opened.error());
  for (const Row& row : Rows(opened->document)) {
    std::printf("%s%s%s\n", row.name.c_str(), row.changed.empty() ? "" : " ", row.changed.c_str());
  }
  return 0;
}

tl::expected<int, Errors> VaultDiff(const VaultOptions& options) {
  VaultOptions one = options;
  one.vault = options.names[0];
  auto place = FindVault(one);
  if (!place) return tl::unexpected(place.error());
  const auto before = OpenVaultAt(*place);
  if (!before) return FailWith(before.error());
  place->vault = options.names[1];
  if (place->identity.Asks()) place->keys = std::make_shared<HeldKeys>();  // each has its own
  const auto after = OpenVaultAt(*place);
  if (!after) return FailWith(after.error());
  const Secrets first = before->document.SecretsByName();
  const Secrets second = after->document.SecretsByName();
  bool differ = false;
  const auto tell = [&differ](char sign, const Secret& secret) {
    std::printf("%c %s\n", sign, secret.name.c_str());
    differ = true;
  };
  auto old = first.begin();
  auto present = second.begin();
  while (old != first.end() || present != second.end()) {
    if (present == second.end() || (old != first.end() && old->name < present->name)) {
      tell('-', *old++);
    } else if (old == first.end() || present->name < old->name) {
      tell('+', *present++);
    } else {
      if (old->value.view() != present->value.view()) tell('~', *present);
      ++old;
      ++present;
    }
  }
  return differ ? 1 : 0;  // as diff(1)
}

tl::expected<int, Errors> VaultVerify(const VaultOptions& options) {
  const auto place = FindVault(options);
  if (!place) return tl::unexpected(place.error());
  const auto opened = OpenVaultAt(*place);
  if (!opened) return FailWith(opened.error());
  const Secrets secrets = opened->document.SecretsByName();
  if (auto names = CheckNames(secrets, place->vault); !names) return FailWith(names.error());
  std::printf("%s: %zu secrets\n", place->vault.c_str(), secrets.size());
  for (const Recipient& recipient : opened->recipients) {
    std::printf("  for %s\n", recipient.text.c_str());
  }
  if (opened->by_passphrase) {
    std::printf("  for a passphrase\n");
  } else if (opened->recipients.empty()) {
    std::printf("  for recipients that it does not name: nodeward vault rekey -r RECIPIENT…\n");
  }
  for (const Secret& secret : secrets) {
    for (const std::string& warning : WarnAboutValue(secret)) {
      std::printf("  %s\n", warning.c_str());
    }
  }
  return 0;
}

}  // namespace nodeward
