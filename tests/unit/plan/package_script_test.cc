// From `npm start` and its like to the command behind them.
#include "plan/package_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "support/scratch_folder.h"

namespace nodeward {
namespace {

using testing::HasSubstr;

class PackageScriptTest : public testing::Test {
 protected:
  // `fields`: the inside of package.json's object.
  void Package(const std::string& fields) const {
    folder_.Write("package.json", "{" + fields + "}");
  }
  void Scripts(const std::string& scripts) const { Package("\"scripts\":{" + scripts + "}"); }
  Result<std::optional<PackageScript>> Ask(const std::vector<std::string>& words) const {
    return ResolvePackageScript(words, folder_.path());
  }
  // The command in one line; "none"; or "ERROR / HINT".
  std::string Resolve(const std::vector<std::string>& words) const {
    const auto script = Ask(words);
    if (!script) return script.error().what + " / " + script.error().hint;
    if (!*script) return "none";
    std::string line;
    for (const std::string& word : (*script)->command) line += (line.empty() ? "" : " ") + word;
    return line;
  }
  // A package's command in node_modules/.bin, as npm links it. Its real path.
  std::string Bin(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(folder_ / "node_modules/.bin");
    std::filesystem::create_directories(folder_ / ("node_modules/" + name));
    const std::string file = folder_.Write("node_modules/" + name + "/cli.js", text, 0755);
    std::filesystem::create_symlink("../" + name + "/cli.js",
                                    folder_ / ("node_modules/.bin/" + name));
    return std::filesystem::canonical(file);
  }
  test::ScratchFolder folder_;
};

TEST_F(PackageScriptTest, EveryRunnersWayToSayIt) {
  Scripts(R"("start":"node server.js","dev:api":"node --watch api.js")");
  for (const char* runner : {"npm", "yarn", "pnpm", "/usr/local/bin/npm"}) {
    EXPECT_EQ(Resolve({runner, "start"}), "node server.js") << runner;
    EXPECT_EQ(Resolve({runner, "run", "start"}), "node server.js") << runner;
    EXPECT_EQ(Resolve({runner, "run", "dev:api"}), "node --watch api.js") << runner;
    EXPECT_EQ(Resolve({runner, "--silent", "run", "-s", "start"}), "node server.js") << runner;
  }
  EXPECT_EQ(Resolve({"yarn", "dev:api"}), "node --watch api.js");
  EXPECT_EQ(Resolve({"pnpm", "dev:api"}), "node --watch api.js");
  EXPECT_EQ(Resolve({"npm", "run-script", "start"}), "node server.js");
}

TEST_F(PackageScriptTest, WhatIsNoScriptIsLeftAlone) {
  Scripts(R"("start":"node server.js","install":"node x.js")");
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"node", "start"},
                                             {"npm"},
                                             {"npm", "ci"},
                                             {"npm", "exec", "start"},
                                             {"npx", "start"},
                                             {"npm", "run"},
                                             {"npm", "dev"},
                                             {"yarn"},
                                             {"yarn", "install"},
                                             {"pnpm", "absent"},
                                             {"npm", "--prefix", "/x", "start"}}) {
    EXPECT_EQ(Resolve(words), "none") << words.front();
  }
}

TEST_F(PackageScriptTest, Arguments) {
  Scripts(R"("start":"node 'a b.js' --x")");
  EXPECT_EQ(Resolve({"npm", "start", "1", "--", "--port", "2", "--"}),
            "node a b.js --x 1 --port 2 --");
  EXPECT_EQ(Resolve({"yarn", "start", "--port", "2"}), "node a b.js --x --port 2");
  EXPECT_EQ(Resolve({"yarn", "start", "--", "-s"}), "node a b.js --x -s");
  EXPECT_EQ(Resolve({"pnpm", "start", "--", "-s"}), "node a b.js --x -- -s");
  EXPECT_THAT(Resolve({"npm", "start", "--port", "2"}),
              HasSubstr("an option of npm's own, which nodeward does not know"));
}

TEST_F(PackageScriptTest, TheEnvironmentThatNpmGives) {
  Package(R"("name":"api","version":"1.2.3","scripts":{
    "start":"A=1 cross-env B='x y' npm run real","real":"A=2 node s.js"})");
  const auto script = Ask({"npm", "start"});
  ASSERT_TRUE(script && *script);
  using Pair = std::pair<std::string, std::string>;
  EXPECT_THAT((*script)->environment,
              testing::UnorderedElementsAre(
                  Pair("A", "2"), Pair("B", "x y"), Pair("npm_lifecycle_event", "real"),
                  Pair("npm_package_name", "api"), Pair("npm_package_version", "1.2.3")));
  EXPECT_EQ((*script)->told, "npm start");
}

TEST_F(PackageScriptTest, VariablesThatChangeTheInterpreterAreRefused) {
  Scripts(R"("start":"NODE_OPTIONS=--trace node s.js","run":"LD_PRELOAD=/x.so node s.js")");
  EXPECT_THAT(Resolve({"npm", "start"}),
              HasSubstr("write the options behind node: \"node --trace"));
  EXPECT_THAT(Resolve({"npm", "run", "run"}), HasSubstr("it sets LD_PRELOAD"));
}

TEST_F(PackageScriptTest, AShellIsRefusedWithTheLineToWrite) {
  Scripts(R"("start":"prisma migrate deploy && NODE_ENV=x node dist/main.js --p 1 | pino",
             "sh":"node $FILE && ls", "none":"vite && x")");
  EXPECT_THAT(Resolve({"npm", "start"}),
              testing::AllOf(HasSubstr("npm start cannot be resolved: \"start\": it needs a shell"),
                             HasSubstr(" / nodeward run -- node dist/main.js --p 1")));
  EXPECT_THAT(Resolve({"npm", "run", "sh"}), HasSubstr(" / nodeward run -- node server.js"));
  EXPECT_THAT(Resolve({"npm", "run", "none"}), HasSubstr(" / nodeward run -- node server.js"));
  EXPECT_EQ(Ask({"npm", "start"}).error().exit_code, 125);
}

TEST_F(PackageScriptTest, PreAndPostAreRefused) {
  Scripts(R"("start":"node s.js","prestart":"tsc","go":"node s.js","postgo":"x",
             "outer":"npm start")");
  EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("\"prestart\" would run beside it"));
  EXPECT_THAT(Resolve({"npm", "run", "go"}), HasSubstr("\"postgo\""));
  EXPECT_THAT(Resolve({"npm", "run", "outer"}), HasSubstr("\"prestart\""));
}

TEST_F(PackageScriptTest, ScriptsThatNameEachOtherEnd) {
  Scripts(R"("start":"npm run a","a":"yarn b","b":"pnpm run start")");
  EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("without end"));
}

TEST_F(PackageScriptTest, WithoutAScriptServerJsIsStarted) {
  Package(R"("name":"x")");
  EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("it has no script \"start\""));
  folder_.Write("server.js", "");
  EXPECT_EQ(Resolve({"npm", "start"}), "node server.js");
  EXPECT_EQ(Resolve({"pnpm", "start"}), "node server.js");
  EXPECT_THAT(Resolve({"yarn", "start"}), HasSubstr("no script"));
  EXPECT_THAT(Resolve({"npm", "test"}), HasSubstr("it has no script \"test\""));
}

TEST_F(PackageScriptTest, ACommandOfAPackageBecomesNodeAndItsFile) {
  Scripts(R"("start":"serve dist","b":"direct","c":"flags","d":"shim","e":"other x","f":"./x")");
  const std::string serve = Bin("serve", "#!/usr/bin/env node\n");
  const std::string direct = Bin("direct", "#!/usr/local/bin/node\n");
  Bin("flags", "#!/usr/bin/env -S node --x\n");
  Bin("shim", "#!/bin/sh\n");
  EXPECT_EQ(Resolve({"npm", "start"}), "node " + serve + " dist");
  EXPECT_EQ(Resolve({"npm", "run", "b"}), "node " + direct);
  EXPECT_THAT(Resolve({"npm", "run", "c"}), HasSubstr("\"flags\" is not a script of node's"));
  EXPECT_THAT(Resolve({"npm", "run", "d"}), HasSubstr("\"#!/bin/sh "));
  EXPECT_EQ(Resolve({"npm", "run", "e"}), "other x") << "looked for along PATH";
  EXPECT_EQ(Resolve({"npm", "run", "f"}), "./x");
  folder_.MakeFolder("packages");
  std::filesystem::copy(folder_ / "package.json", folder_ / "packages/package.json");
  const auto above = ResolvePackageScript({"npm", "start"}, folder_ / "packages");
  ASSERT_TRUE(above && *above);
  EXPECT_EQ((*above)->command[1], serve) << "a workspace's packages lie above";
}

TEST_F(PackageScriptTest, APackageThatIsNoneIsRefused) {
  EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("there is no package.json"));
  EXPECT_EQ(Resolve({"yarn", "anything"}), "none");
  for (const char* text : {"", "[]", "root:x:0:0", "{\"scripts\":", "\"a\"", "{} {}"}) {
    folder_.Write("package.json", text);
    EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("it is no JSON object")) << text;
  }
  for (const char* text : {R"("scripts":[])", R"("scripts":{"start":1})", R"("scripts":null)",
                           R"("scripts":{"start":""})"}) {
    Package(text);
    EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("no script")) << text;
  }
  folder_.Write("package.json", std::string(600000, '['));
  EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("no JSON object")) << "deep";
  folder_.Write("package.json", std::string(2 << 20, ' '));
  EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("at most 1 MiB"));
  std::filesystem::remove(folder_ / "package.json");
  ASSERT_EQ(mkfifo((folder_ / "package.json").c_str(), 0600), 0);
  EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("regular file")) << "and does not wait for it";
}

TEST_F(PackageScriptTest, ControlCharactersAreRefused) {
  Package("\"name\":\"a\\u0000b\",\"scripts\":{\"start\":\"node a\\u0000b\",\"b\":\"node s\"}");
  EXPECT_THAT(Resolve({"npm", "start"}), HasSubstr("control character"));
  const auto script = Ask({"npm", "run", "b"});
  ASSERT_TRUE(script && *script);
  for (const auto& [name, value] : (*script)->environment) {
    EXPECT_NE(name, "npm_package_name") << "no variable holds a NUL";
  }
}

}  // namespace
}  // namespace nodeward
