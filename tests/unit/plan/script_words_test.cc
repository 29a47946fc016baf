// Which lines are one plain command, and which need a shell.
#include "plan/script_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nodeward {
namespace {

using testing::HasSubstr;

// "A=1, B=2 | word, word", or "ERROR".
std::string Split(std::string_view line) {
  const auto script = SplitScript(line);
  if (!script) return script.error().what;
  std::string shown;
  for (const auto& [name, value] : script->assignments) shown += name + "=" + value + ", ";
  shown += "|";
  for (const std::string& word : script->words) shown += " " + word + ",";
  return shown;
}

TEST(SplitScript, WordsAndQuotes) {
  EXPECT_EQ(Split("node server.js"), "| node, server.js,");
  EXPECT_EQ(Split("  node\t --require ./a.js  b.js "), "| node, --require, ./a.js, b.js,");
  EXPECT_EQ(Split("node 'a b' \"c d\" e'f g'\"h\""), "| node, a b, c d, ef gh,");
  EXPECT_EQ(Split("node '$HOME' '*' '|' \"*;\""), "| node, $HOME, *, |, *;,")
      << "quoted: no syntax";
  EXPECT_EQ(Split("node '' \"\""), "| node, , ,");
  EXPECT_EQ(Split("node a=b --x=y"), "| node, a=b, --x=y,");
}

TEST(SplitScript, Assignments) {
  EXPECT_EQ(Split("A=1 B= C='x y' node s.js"), "A=1, B=, C=x y, | node, s.js,");
  EXPECT_EQ(Split("'A'=1 node"), "| A=1, node,") << "a quoted name assigns nothing";
  EXPECT_EQ(Split("1A=1 node"), "| 1A=1, node,");
  EXPECT_EQ(Split("cross-env A=1 node s.js"), "A=1, | node, s.js,");
  EXPECT_EQ(Split("B=2 env A=1 'C=3' node"), "B=2, A=1, C=3, | node,");
  EXPECT_EQ(Split("A=1 exec node s.js"), "A=1, | node, s.js,");
}

TEST(SplitScript, WhatNeedsAShell) {
  for (const char* line :
       {"a && node b",  "a || b",      "a; b",       "a & b",     "a | b",      "a > b",
        "a < b",        "(a)",         "node $PORT", "node `a`",  "node $(a)",  "node \"$A\"",
        "node \"`a`\"", "node \\a",    "node *.js",  "node a?",   "node [a]",   "node {a,b}",
        "node ~/a",     "A=~/a node",  "node # a",   "! node",    "node 'a",    "node \"a",
        "node\nrm",     "cd dist",     ". ./env",    "source x",  "export A=1", "eval node",
        "if true",      "env -i node", "\x01",       "node '\n'", "set -e"}) {
    EXPECT_THAT(Split(line), HasSubstr("needs a shell")) << line;
  }
  EXPECT_THAT(Split(std::string(40000, 'a')), HasSubstr("32 KiB"));
}

TEST(SplitScript, NoCommand) {
  for (const char* line : {"", "   ", "A=1", "cross-env A=1", "exec", "''"}) {
    EXPECT_THAT(Split(line), HasSubstr("names no command")) << line;
  }
}

}  // namespace
}  // namespace nodeward
