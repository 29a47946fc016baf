// profiles/nodeward.schema.json and the table of keys say the same, in both directions.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "profile/keys.h"
#include "profile/names.h"
#include "profile/syscall_groups.h"
#include "unit/profile/profile_testing.h"

namespace nodeward {
namespace {

using Json = nlohmann::ordered_json;

const Json& Schema() {
  static const Json schema =
      Json::parse(std::ifstream(NODEWARD_SOURCE_DIR "/profiles/nodeward.schema.json"));
  return schema;
}

// The schema of a key, by its path; null where there is none.
const Json* Find(std::string_view path) {
  const Json* at = &Schema();
  while (true) {
    const std::size_t dot = path.find('.');
    if (!at->contains("properties")) return nullptr;
    const Json& properties = (*at)["properties"];
    const auto found = properties.find(std::string(path.substr(0, dot)));
    if (found == properties.end()) return nullptr;
    at = &*found;
    if (dot == std::string_view::npos) return at;
    path.remove_prefix(dot + 1);
  }
}

// A key's schema with its reference followed.
const Json& Resolve(const Json& schema) {
  if (schema.contains("allOf")) return Resolve(schema["allOf"][0]);
  if (!schema.contains("$ref")) return schema;
  const std::string name = schema["$ref"].get<std::string>().substr(sizeof("#/definitions/") - 1);
  return Schema()["definitions"][name];
}

std::string Reference(const Json& schema) {
  if (!schema.contains("allOf")) return "";
  return schema["allOf"][0]["$ref"].get<std::string>();
}

void Collect(const Json& schema, const std::string& path, std::vector<std::string>& keys) {
  if (FindKey(path) == nullptr && schema.contains("properties")) {
    EXPECT_EQ(schema.value("additionalProperties", true), false) << path;
    for (const auto& [name, value] : schema["properties"].items()) {
      std::string below = path;
      if (!below.empty()) below += '.';
      Collect(value, below + name, keys);
    }
    return;
  }
  keys.push_back(path);
}

std::vector<std::string> Words(const Json& list) { return list.get<std::vector<std::string>>(); }

TEST(Schema, EveryKeyOfTheSchemaIsKnownToTheParser) {
  std::vector<std::string> keys;
  Collect(Schema(), "", keys);
  for (const std::string& key : keys) EXPECT_NE(FindKey(key), nullptr) << key;
  EXPECT_EQ(keys.size(), Keys().size());
}

TEST(Schema, EveryKeyOfTheParserIsInTheSchema) {
  std::set<std::string_view> seen;
  for (const Key& key : Keys()) {
    EXPECT_TRUE(seen.insert(key.path).second) << key.path;
    const Json* schema = Find(key.path);
    ASSERT_NE(schema, nullptr) << key.path;
    EXPECT_FALSE((*schema)["description"].get<std::string>().empty()) << key.path;
  }
}

TEST(Schema, SaysWhatThisVersionLacks) {
  for (const Key& key : Keys()) {
    const std::string text = (*Find(key.path))["description"];
    EXPECT_EQ(text.starts_with("Not available in this version"), key.set == nullptr) << key.path;
  }
}

TEST(Schema, WordsAgree) {
  for (const Key& key : Keys()) {
    const Json& schema = Resolve(*Find(key.path));
    const bool closed = key.kind == KeyKind::kWord;
    ASSERT_EQ(schema.contains("enum"), closed) << key.path;
    if (!closed) continue;
    EXPECT_EQ(Words(schema["enum"]), std::vector<std::string>(key.words.begin(), key.words.end()))
        << key.path;
  }
}

TEST(Schema, TypesAgree) {
  const auto type = [](const Json& schema) { return schema.value("type", Json()); };
  for (const Key& key : Keys()) {
    const Json& own = *Find(key.path);
    const Json& schema = Resolve(own);
    SCOPED_TRACE(std::string(key.path));
    switch (key.kind) {
      case KeyKind::kText:
      case KeyKind::kWord:
        EXPECT_EQ(type(schema), "string");
        break;
      case KeyKind::kTexts:
        EXPECT_EQ(type(schema["anyOf"][0]), "string");
        EXPECT_EQ(type(schema["anyOf"][1]), "array");
        EXPECT_EQ(schema["anyOf"][1]["items"]["type"], "string");
        break;
      case KeyKind::kName:
        EXPECT_EQ(Reference(own), "#/definitions/account");
        break;
      case KeyKind::kInteger:
        EXPECT_EQ(type(schema), "integer");
        break;
      case KeyKind::kNumber:
        EXPECT_EQ(type(schema), "number");
        break;
      case KeyKind::kBoolean:
        EXPECT_EQ(type(schema), "boolean");
        break;
      case KeyKind::kSize:
        EXPECT_TRUE(schema.contains("anyOf"));
        break;
      case KeyKind::kDuration:
        EXPECT_EQ(Reference(own), "#/definitions/duration");
        break;
      case KeyKind::kPair:
        EXPECT_EQ(Words(schema["anyOf"][1]["required"]),
                  (std::vector<std::string>{"soft", "hard"}));
        break;
      case KeyKind::kList:
        EXPECT_EQ(type(schema), "array");
        EXPECT_EQ(type(Resolve(schema["items"])), "string");
        break;
      case KeyKind::kNumberList:
        EXPECT_EQ(type(schema), "array");
        EXPECT_EQ(type(schema["items"]), "integer");
        break;
      case KeyKind::kNameList:
      case KeyKind::kPortList:
        EXPECT_EQ(type(schema), "array");
        break;
      case KeyKind::kRules: {
        std::vector<std::string> parts;
        for (const auto& [name, part] : schema["additionalProperties"]["properties"].items()) {
          parts.push_back(name);
        }
        EXPECT_EQ(parts, (std::vector<std::string>{"min_length", "pattern", "max_age"}));
        EXPECT_EQ(schema["additionalProperties"]["additionalProperties"], false);
        break;
      }
      case KeyKind::kMap:
        EXPECT_EQ(schema["additionalProperties"]["type"], "string");
        break;
      case KeyKind::kSection:
        EXPECT_EQ(type(schema), "object");
        EXPECT_FALSE(schema.contains("properties"));
        break;
    }
  }
}

TEST(Schema, KnowsTheCapabilitiesAndGroups) {
  const auto known = CapabilityNames();
  EXPECT_EQ(Words((*Find("capabilities.keep"))["items"]["enum"]),
            std::vector<std::string>(known.begin(), known.end()));
  std::vector<std::string> groups;
  for (const SyscallGroup& group : SyscallGroups()) groups.push_back("@" + std::string(group.name));
  EXPECT_EQ(Words(Schema()["definitions"]["call"]["anyOf"][0]["enum"]), groups);
}

}  // namespace
}  // namespace nodeward
