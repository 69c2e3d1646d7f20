// What the tests of the documents share: a Markdown file taken apart into prose and fences.
//
// Decides which files are documents: README.md, CONTRIBUTING.md and those in doc/.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace sockrig {

struct Numbered {
  std::size_t number = 0;  // of the line in its file, from 1
  std::string text;
};

struct Fence {
  std::size_t number = 0;  // of the line that opens it
  std::string info;        // what stands behind the three backticks
  std::vector<std::string> lines;
};

struct Document {
  std::filesystem::path file;
  std::vector<Numbered> prose;
  std::vector<Fence> fences;
};

inline Document read_document(const std::filesystem::path& file) {
  Document out{file, {}, {}};
  std::ifstream in(file);
  bool inside = false;
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    if (text.starts_with("```")) {
      if (!inside) out.fences.push_back({number, text.substr(3), {}});
      inside = !inside;
    } else if (inside) {
      out.fences.back().lines.push_back(text);
    } else {
      out.prose.push_back({number, text});
    }
  }
  if (inside) throw std::runtime_error(file.string() + ": its last fence is not closed");
  return out;
}

inline std::vector<Document> all_documents() {
  const std::filesystem::path root(SOCKRIG_SOURCE_DIR);
  std::vector<std::filesystem::path> files{root / "README.md", root / "CONTRIBUTING.md"};
  for (const auto& entry : std::filesystem::directory_iterator(root / "doc")) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Document> out;
  for (const auto& file : files) out.push_back(read_document(file));
  return out;
}

}  // namespace sockrig
